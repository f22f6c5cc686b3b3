package fetch

import "strings"

// hidden stands for what is not shown.
const hidden = "xxxxx"

// Shown is an address, or the path of a file, as it may be printed and stored: without user and password, and without what its query
// holds, which may be a token; only a ref is shown. It understands addresses that nothing else does: a password may be just what
// makes one unreadable.
func Shown(address string) string {
	plain, forced := strings.CutPrefix(address, "git::")
	scheme, rest, found := strings.Cut(plain, "://")
	if !found {
		scheme, rest = "", plain
	}
	if isPath := scheme == "file" || scheme == "" && (strings.HasPrefix(rest, "/") || strings.HasPrefix(rest, ".")); !isPath {
		rest = hideUser(scheme, rest)
	}
	rest, fragment, hasFragment := strings.Cut(rest, "#")
	rest, query, hasQuery := strings.Cut(rest, "?")
	if hasQuery {
		values := strings.Split(query, "&")
		for i, value := range values {
			name, _, pair := strings.Cut(value, "=")
			switch {
			case name == "ref" && pair:
			case pair:
				values[i] = name + "=" + hidden
			default:
				values[i] = hidden
			}
		}
		rest += "?" + strings.Join(values, "&")
	}
	if hasFragment && fragment != "" {
		rest += "#" + hidden
	}
	if found {
		rest = scheme + "://" + rest
	}
	if forced {
		rest = "git::" + rest
	}
	return rest
}

// hideUser hides user and password. One with a "/" or "?" in it makes an address that ends early, so that what is before an "@" is a password
// wherever that is, as soon as the part before the first slash has a colon.
func hideUser(scheme, rest string) string {
	at := strings.LastIndex(rest, "@")
	if at < 0 {
		return rest
	}
	authority := rest
	if end := strings.IndexAny(rest, "/?#"); end > 0 {
		authority = rest[:end]
	}
	user, _, hasUser := strings.Cut(authority, "@")
	switch {
	case strings.Contains(user, ":"):
	case !hasUser, scheme == "ssh", scheme == "": // an "@" of the path, or the account of ssh, which is no secret
		return rest
	}
	return hidden + rest[at:]
}

// hideAll hides the secrets of an address in a text that quotes it, or parts of it.
func hideAll(text, address string) string {
	if address == "" {
		return text
	}
	text = strings.ReplaceAll(text, address, Shown(address))
	scheme, rest, found := strings.Cut(address, "://")
	if !found {
		scheme, rest = "", address
	}
	if at := strings.LastIndex(rest, "@"); at > 0 && hideUser(scheme, rest) != rest {
		text = strings.ReplaceAll(text, rest[:at]+"@", hidden+"@")
		if end := strings.IndexAny(rest, "/?#"); end > 0 && end < at { // whoever takes the address to end there quotes that much
			text = strings.ReplaceAll(text, rest[:end], hidden)
		}
	}
	if _, query, found := strings.Cut(rest, "?"); found {
		text = strings.ReplaceAll(text, "?"+query, "?"+hidden)
	}
	return text
}
