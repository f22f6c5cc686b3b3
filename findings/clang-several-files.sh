#!/bin/sh
# clang's frontend, given several files, lists for each file behind the first what it has read for those before it, too.
#
# "clang -cc1" compiles several files in one process, to an object each. Told to write the list of what was read (-dependency-file -), it writes at
# the end of each file one list for every file so far, and each of the earlier ones has grown by what the present one has read: of two files three lists,
# of twenty 210. So the list of a file is the first that begins with it; whoever takes all that stands between two files takes another one's headers.
# Seen with Debian 12's clang 19.1.7 (3~deb12u1):
#
#     it: a.c a.h
#     it: b.c b.h
#     it: a.c a.h b.c b.h
#
# Needs apt and dpkg. Exits non-zero when clang does otherwise, or cannot be had.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
version='1:19.1.7-3~deb12u1'
apt-get -qq download "clang-19=$version" "libclang-cpp19=$version" "libllvm19=$version" libz3-4 libedit2 libbsd0 libmd0 libxml2 libicu72
for package in *.deb; do dpkg -x "$package" .; done
LD_LIBRARY_PATH=$dir/usr/lib/x86_64-linux-gnu:$dir/usr/lib/llvm-19/lib
export LD_LIBRARY_PATH
./usr/lib/llvm-19/bin/clang --version | grep -F 'clang version 19.1.7 (3~deb12u1)'
echo 'int of_a;' >a.h
echo 'int of_b;' >b.h
echo '#include "a.h"' >a.c
echo '#include "b.h"' >b.c
./usr/lib/llvm-19/bin/clang -cc1 -triple powerpc64-ibm-aix7.2 -emit-obj -dependency-file - -MT it a.c b.c >lists
cat lists
test -s a.o
test -s b.o
printf '%s\n' 'it: a.c a.h' 'it: b.c b.h' 'it: a.c a.h b.c b.h' | cmp - lists
