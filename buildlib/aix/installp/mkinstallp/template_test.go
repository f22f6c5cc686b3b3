package mkinstallp_test

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// block is a part of a template between a word and its EO: values by keyword, lines, and blocks in it.
type block struct {
	values   map[string]string
	lines    []string
	filesets []*block
	blocks   map[string]*block
}

// What a template may say where. Keywords of the template, and of a fileset, must all be there but those with a question mark.
var (
	packageWords = []string{"Package Name", "Package VRMF", "Update"}
	filesetWords = []string{"Fileset Name", "Fileset VRMF", "Fileset Description", "Copyright file path?", "Bosboot required",
		"License agreement acceptance required", "Include license files in this package", "Requisites", "ROOT Part", "Relocatable?",
		"OVERRIDE_INVENTORY?"}
	scriptWords = map[string]string{"Pre_rm Script": "pre_rm", "Pre-installation Script": "pre_i", "Post-installation Script": "post_i",
		"Configuration Script": "config", "Pre-deinstall Script": "pre_d", "Unconfiguration Script": "unconfig",
		"Unpost-installation Script": "unpost_i", "Unpre-installation Script": "unpre_i"}
)

// parseTemplate takes nothing but what is known of the template.
func parseTemplate(text string) (*block, error) {
	p := &templateParser{lines: strings.Split(strings.TrimSuffix(text, "\n"), "\n")}
	t, err := p.block(packageWords, "")
	if err != nil {
		return nil, fmt.Errorf("line %d: %w", p.at, err)
	}
	return t, nil
}

type templateParser struct {
	lines []string
	at    int // the number of lines taken
}

func (p *templateParser) block(words []string, end string) (*block, error) {
	b := &block{values: map[string]string{}, blocks: map[string]*block{}}
	for p.at < len(p.lines) {
		line := strings.TrimSpace(p.lines[p.at])
		p.at++
		keyword, value, isValue := strings.Cut(line, ":")
		var err error
		switch {
		case line == end:
			return b, b.complete(words)
		case line == "Fileset" && end == "":
			var f *block
			f, err = p.block(filesetWords, "EOFileset")
			b.filesets = append(b.filesets, f)
		case end == "EOFileset" && slices.Contains([]string{"USRLIBLPPFiles", "ROOTLIBLPPFiles", "USRFiles", "ROOTFiles"}, line):
			if b.blocks[line] != nil {
				return nil, fmt.Errorf("a second %s", line)
			}
			b.blocks[line], err = p.block(nil, "EO"+line)
		case strings.HasSuffix(end, "LIBLPPFiles") && isValue && scriptWords[keyword] != "",
			isValue && (slices.Contains(words, keyword) || slices.Contains(words, keyword+"?")):
			if _, twice := b.values[keyword]; twice {
				return nil, fmt.Errorf("a second %s", keyword)
			}
			b.values[keyword] = strings.TrimSpace(value)
		case (end == "EOUSRFiles" || end == "EOROOTFiles") && path.IsAbs(line):
			b.lines = append(b.lines, line)
		default:
			return nil, fmt.Errorf("%q is not known here", line)
		}
		if err != nil {
			return nil, err
		}
	}
	if end != "" {
		return nil, fmt.Errorf("%s is missing", end)
	}
	return b, b.complete(words)
}

func (b *block) complete(words []string) error {
	for _, word := range words {
		if _, ok := b.values[word]; !ok && !strings.HasSuffix(word, "?") {
			return fmt.Errorf("%s is missing", word)
		}
	}
	return nil
}
