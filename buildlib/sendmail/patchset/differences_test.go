package patchset

import "regexp"

// row is a reason for which we, GNU patch -F0 and git apply may disagree. It holds when what each of them says fits; nil fits all.
type row struct {
	ours, gnu, git *regexp.Regexp
	reason         string
}

func weSay(ours, reason string) row { return row{ours: regexp.MustCompile(ours), reason: reason} }

// differences are all such reasons. In all of them it is us who refuse: nothing is taken here that one of the others refuses.
var differences = []row{
	weSay(`: incomplete header`, "the header is ours; the others pass over what stands above the first file"),
	weSay(`changes no file`, "a patch of nothing, or in another form than git's, is a mistake; GNU patch takes other forms, git a patch without its first lines"),
	weSay(`has no index line`, "content that nobody has named is not patched; the others need no names"),
	weSay(`is abbreviated`, "seven digits name no content for good"),
	weSay(`the patch is made for another content`, "the others do not compare the index line with the file before"),
	weSay(`the hunks make another content`, "nor with the file after"),
	weSay(`says something else of whether the file is there`, "nor with whether the file is there"),
	weSay(`the patch is made for a file of mode`, "git warns of another mode and goes on; GNU patch does not look"),
	weSay(`the patch changes the mode from`, "so they do where the mode is changed"),
	weSay(`says the mode of .* twice`, "two modes of one file may contradict each other; the last one counts for git"),
	weSay(`the new mode is the old one`, "a change of mode that changes nothing was not made by git"),
	weSay(`is not that of a regular file`, "links and submodules are none of sendmail's, and git knows two modes of files"),
	weSay(`which is not how git writes them`, "lines above a hunk that git would not write there come from a damaged patch"),
	weSay(`no renames`, "a rename says nothing of the content; --no-renames does"),
	weSay(`does not name one file twice`, "so it is with the first line of a rename, and a file of another name is another file"),
	weSay(`names another file than`, "GNU patch chooses among the names, git takes those it likes"),
	weSay(`inconsistent (old|new) filename|expected /dev/null`, "the names and the lines above them contradict each other"),
	weSay(`no hunk or mode changes it`, "a file that is named and not changed has lost its hunks"),
	weSay(`there is no hunk that changes it`, "and so has one whose content changes by the index line alone"),
	weSay(`no line end: the patch may have lost`, "what lost its last line end may have lost more"),
	weSay(`is in the patch twice`, "two parts for one file belong together"),
	weSay(`belongs to no hunk`, "text between files and below them may be what is left of a hunk"),
	weSay(`an empty line in a hunk`, "a blank that is lost at a line's end tells of a mailer, which may have lost others"),
	weSay(`is not a line of a hunk|is not the first line of a hunk|ends in the middle of a hunk|more lines than it says`, "a hunk that is not as long as it says is damaged; GNU patch passes over some of this"),
	weSay(`(creation|deletion) fragment|new file depends on old contents|deleted file still has contents`, "a new file has no old lines, and a deleted one no new ones"),
	weSay(`less context at one end`, "GNU patch believes a line number, git a single line of context; we want both to"),
	weSay(`the hunk has no context by which to find its place`, "without context nothing is moved; the others search for the first place of the same lines"),
	weSay(`the hunk itself is wrong`, "no hunk is moved in the file that the index line names; the others move it"),
	weSay(`gives line \d+ for the new text`, "the others do not compare the place of the new lines"),
	weSay(`the hunk adds to line`, "GNU patch and git add at the end what has its place behind it"),
	weSay(`overlaps with the one above it`, "hunks are in order and apart; git takes them in any order"),
	weSay(`the old text stands at line`, "an offset means that nobody has looked at this patch with this source"),
	weSay(`stands at line \d+ already`, "what is there already is not added once more"),
	weSay(`no such file`, "GNU patch makes a file that is not there, where the patch is for an empty one"),
	weSay(`where the patch makes|that the patch makes is there already`, "and takes an empty file for one that is not there"),
	weSay(`where the patch expects\n *".*([^n]|[^\\]n)"\n`, "git passes over what says, in the middle of a file, that this ends without a line end"),
}
