package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
)

// guard stands between go-getter and the network, as the round-tripper of its HTTP client, and takes away every way in which
// go-getter v2.2.5 can store something else than the file it was asked for:
//
//   - It trusts a HEAD that offers ranges, and appends what the following GET brings, even when that is the whole file. The guard
//     lets it ask for a range only when the file is known to be the same one (If-Range), and turns every answer that does not
//     begin exactly where the part ends into errRestart.
//   - It takes a HEAD with a length of no more than it already has for "complete". The guard hides such an offer.
//   - Without ranges it writes over the old part from its beginning, and leaves what is longer. The guard empties the part first.
//   - It reads and removes words of the address that mean something to it, such as archive= and checksum=, sorts the others, and takes
//     a "//" for the name of a directory inside an archive. It is given another address of the same host, which the guard exchanges.
//   - Its size limit is not in force while a progress listener is set, and its time limit is one for the whole body. Both are
//     kept here instead, and so is the progress.
type guard struct {
	base  http.RoundTripper
	url   *url.URL      // the address as it was given
	part  string        // the file that go-getter writes to
	want  int64         // the file's exact size, or 0 when it is not known
	limit int64         // no more than this many bytes are stored; as many as wanted, when that is known
	stall time.Duration // longest time without a byte
	tick  func(done, total int64)
}

var (
	errRestart  = errors.New("the server cannot continue an interrupted download")
	errTooLarge = errors.New("the server sends more than the file can have")
)

// stallError is a connection that has gone silent.
type stallError time.Duration

func (e stallError) Error() string { return fmt.Sprintf("no data for %v", time.Duration(e)) }

// sizeError is an answer of another size than the pinned one: another file, or the page of a login portal.
func sizeError(has, want int64) error {
	return fmt.Errorf("it has %d bytes there instead of %d", has, want)
}

// RoundTrip implements [http.RoundTripper].
func (g *guard) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	timer := time.AfterFunc(g.stall, func() { cancel(stallError(g.stall)) })
	body := &guardedBody{g: g, ctx: ctx, cancel: cancel, timer: timer}
	req = req.Clone(ctx)
	if req.Response == nil { // else it follows an answer, to where that says
		req.URL.Path, req.URL.RawPath, req.URL.RawQuery, req.URL.ForceQuery = g.url.Path, g.url.RawPath, g.url.RawQuery, g.url.ForceQuery
	}
	offset := int64(0)
	if req.Method == http.MethodGet && req.Header.Get("Range") != "" {
		var err error
		if offset, err = g.ask(req); err != nil {
			body.stop()
			return nil, err
		}
	}
	resp, err := g.base.RoundTrip(req)
	if err != nil {
		body.stop()
		return nil, cause(ctx, err)
	}
	if to, err := req.URL.Parse(resp.Header.Get("Location")); err == nil && resp.Header.Get("Location") != "" {
		resp.Header.Set("Location", to.String()) // the client would read it beside the address that it was given
	}
	body.ReadCloser, body.done = resp.Body, offset
	resp.Body = body
	if req.Method == http.MethodHead {
		g.head(resp)
		return resp, nil
	}
	if err := g.check(resp, body, offset); err != nil {
		return nil, errors.Join(err, body.Close())
	}
	return resp, nil
}

// cause prefers our own reason for a cancelled context over what the network layer makes of it.
func cause(ctx context.Context, err error) error {
	if stalled, ok := errors.AsType[stallError](context.Cause(ctx)); ok {
		return stalled
	}
	return err
}

// head hides an offer of ranges that go-getter would misuse. Without it go-getter starts afresh.
func (g *guard) head(resp *http.Response) {
	info, err := os.Stat(g.part)
	if err != nil || resp.ContentLength <= info.Size() || g.want > 0 && resp.ContentLength != g.want || validator(resp) == "" || validator(resp) != g.remembered() {
		resp.Header.Del("Accept-Ranges")
	}
}

// ask makes a request for a range conditional, and returns where the range begins.
func (g *guard) ask(req *http.Request) (int64, error) {
	var offset int64
	if _, err := fmt.Sscanf(req.Header.Get("Range"), "bytes=%d-", &offset); err != nil {
		return 0, fmt.Errorf("range %q: %w", req.Header.Get("Range"), err)
	}
	req.Header.Set("If-Range", g.remembered())
	return offset, nil
}

// check looks at the answer to a GET before go-getter stores any of it. What is neither 200 nor 206 go-getter refuses itself.
func (g *guard) check(resp *http.Response, body *guardedBody, offset int64) error {
	length := resp.ContentLength
	switch resp.StatusCode {
	case http.StatusOK:
		if offset > 0 {
			return errRestart
		}
	case http.StatusPartialContent:
		var first, last, total int64
		if n, err := fmt.Sscanf(resp.Header.Get("Content-Range"), "bytes %d-%d/%d", &first, &last, &total); err != nil || n != 3 {
			return errRestart
		}
		if offset == 0 || first != offset || last != total-1 || length >= 0 && length != total-first || g.want > 0 && total != g.want {
			return errRestart
		}
		length = total
	case http.StatusRequestedRangeNotSatisfiable:
		return errRestart
	default:
		return nil
	}
	if g.want > 0 && length >= 0 && length != g.want {
		return sizeError(length, g.want)
	}
	if length > g.limit {
		return fmt.Errorf("%w: %d bytes", errTooLarge, length)
	}
	if resp.StatusCode == http.StatusOK {
		if err := os.Truncate(g.part, 0); err != nil {
			return err
		}
		if err := g.remember(validator(resp)); err != nil {
			return err
		}
	}
	body.total = max(length, g.want)
	return nil
}

// validator is what names this very version of a file: a strong ETag, or else the time of its last change.
func validator(resp *http.Response) string {
	if tag := resp.Header.Get("ETag"); tag != "" && !strings.HasPrefix(tag, "W/") {
		return tag
	}
	return resp.Header.Get("Last-Modified")
}

func (g *guard) remember(validator string) error {
	return tree.WriteFile(g.part+validatorSuffix, []byte(validator), 0o644)
}

// remembered is the validator of the version that the part is of, or "" when it is not known. Then nothing is continued.
func (g *guard) remembered() string {
	text, err := regular.Read(g.part+validatorSuffix, 4096)
	if err != nil {
		return ""
	}
	return string(text)
}

const validatorSuffix = ".validator"

// guardedBody is a response's body with the limits in force.
type guardedBody struct {
	io.ReadCloser
	g           *guard
	ctx         context.Context
	cancel      context.CancelCauseFunc
	timer       *time.Timer
	done, total int64
}

func (b *guardedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if n > 0 {
		b.timer.Reset(b.g.stall)
		if b.done+int64(n) > b.g.limit {
			n, err = int(b.g.limit-b.done), errTooLarge
		}
		b.done += int64(n)
		if b.total > 0 && b.g.tick != nil {
			b.g.tick(b.done, b.total)
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = cause(b.ctx, err)
	}
	return n, err
}

func (b *guardedBody) Close() error {
	b.stop()
	return b.ReadCloser.Close()
}

func (b *guardedBody) stop() {
	b.timer.Stop()
	b.cancel(nil)
}
