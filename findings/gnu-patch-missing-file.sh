#!/bin/sh
# GNU patch 2.7.6 makes a file that is not there, where the patch is for an empty one that is, and ends with status 0.
#
# The patch is git's own, of one line that is written into an empty file. Its index line names the empty file, and nothing in it says
# "new file mode". In a tree without that file "git apply" refuses it; GNU patch cannot tell it from a patch that makes the file. So the wrong
# tree, or one that has lost a file, goes unnoticed. Seen with Debian 12's patch 2.7.6-7:
#
#     patching file empty
#     status 0, and the file is there
#
# Needs apt and dpkg. Exits non-zero when GNU patch does otherwise, or cannot be had.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq download patch=2.7.6-7
dpkg -x patch_2.7.6-7_*.deb .
./usr/bin/patch --version | grep -x 'GNU patch 2.7.6'
mkdir tree
cat >one-line.patch <<'EOF'
diff --git a/empty b/empty
index e69de29bb2d1d6434b8b29ae775ad8c2e48c5391..9c59e24b8393179a5d712de4f990178df5734d99 100644
--- a/empty
+++ b/empty
@@ -0,0 +1 @@
+first
EOF
(cd tree && ../usr/bin/patch -F0 -p1 -f) <one-line.patch
test "$(cat tree/empty)" = first
echo "status 0, and the file is there"
