#!/bin/sh
# Gathers what only an AIX machine knows, for sendmail-aix: what its headers and libraries say, levels and fixes, tools, whether programs start.
#
#   sh probe.sh [image.I [TESTS]] >probe.txt
#
# TESTS is the directory "test" of sendmail's source, whose own tests of the system are made and run, as far as they need no set-id bits.
#
# It changes nothing: it works in a directory of its own for temporary files, which it removes at the end, and needs no root. Root alone is
# asked for two more things, neither of which changes anything: lppchk -v, and installp's preview of the image. Nothing is ever installed.
# What probe.txt holds stands at its top. Made by package probe of its template and the SDK: do not edit.
LC_ALL=C TZ=UTC0
export LC_ALL TZ
PATH=${PATH-/usr/bin}:/usr/bin:/usr/sbin:/etc:/sbin:/usr/ccs/bin:@compilers@:/opt/freeware/bin
export PATH
umask 077
format=1
case $1 in
'' | /*) image=$1 ;;
*) image=$PWD/$1 ;;
esac
case $2 in
'' | /*) tests=$2 ;;
*) tests=$PWD/$2 ;;
esac
if [ -n "$image" ] && [ ! -f "$image" ]
then
	echo "probe.sh: $image: there is no such image" >&2
	exit 2
fi
if [ -n "$tests" ] && [ ! -f "$tests/t_pathconf.c" ]
then
	echo "probe.sh: $tests: this is not the directory of sendmail's tests" >&2
	exit 2
fi
work=${TMPDIR-/tmp}/sendmail-aix-probe.$$
mkdir "$work" || exit 2
# clean: nothing of ours stays.
clean() {
	cd / && rm -rf "$work"
}
trap clean EXIT
trap 'trap - EXIT; clean; exit 130' HUP INT PIPE TERM # in mksh the other trap would end with a status of its own
cd "$work" || exit 2
if [ -n "$image" ]
then
	# Its own place is nobody's business.
	ln -s "$image" image.I || exit 2
fi
host=$(uname -n | sed 's/[^A-Za-z0-9_-].*//')
host=${host:-no.name}

# has COMMAND: is there such a command?
has() {
	command -v "$1" >/dev/null 2>&1
}

# show: the lines of a command, without the name of this machine and the place of the work.
show() {
	sed -e "s,$work,WORK,g" -e "s/${host}[A-Za-z0-9.-]*/HOST/g" -e 's/^/| /'
}

# ask COMMAND...: what it prints, and its status.
ask() {
	echo "ask $*"
	if has "$1"
	then
		"$@" >out 2>&1 </dev/null
		status=$?
		show <out
		echo "status $status"
	else
		echo absent
	fi
}

cat <<END
sendmail-aix probe $format
# This file holds, of the AIX machine on which probe.sh was run:
# - levels of AIX, of filesets that sendmail has to do with, of interim fixes and of compilers; which tools are there; limits; the policy about signatures
# - sizes, places and values that a compiler found in the machine's headers, and which of the functions that sendmail takes its libraries have
# - whether IBM's sendmail runs, the version and kind of its configuration, and three settings of sshd; nothing else of any configuration
# - where they were given: what installp says of an image, and whether its programs start; what sendmail's own tests of the system say
# It holds no names of machines, no addresses, no users and no mail.
END

for command in 'oslevel -s' 'oslevel -r' 'uname -s' 'uname -v' 'uname -r' 'uname -p' 'bootinfo -K' 'getconf KERNEL_BITMODE' \
	'getconf HARDWARE_BITMODE' 'lsattr -El proc0 -a type' 'lsattr -El sys0 -a ncargs -a maxuproc -a signpolicy' 'getconf ARG_MAX' \
	'getconf OPEN_MAX' 'getconf PATH_MAX /' 'ulimit -a' 'emgr -l' 'lslpp -Lcq no.such.fileset' 'lslpp -Lc bos.rte' 'lssrc -s sendmail'
do
	ask $command
done
for fileset in @filesets@
do
	ask lslpp -Lcq $fileset
done
for package in cyrus-sasl cyrus-sasl-devel gcc openssl m4
do
	ask rpm -q $package
done
for tool in ibm-clang xlc xlclang cc gcc clang make gmake m4 ar ld nm dump strip ranlib tar pax gzip compress mkinstallp installp restore perl python3 \
	csum sha256sum openssl rsync ssh sshd sftp-server
do
	if has $tool
	then
		echo "tool $tool"
	fi
done
ask ssh -V
ask openssl version
if [ -r /etc/ssh/sshd_config ]
then
	ask sed -n '/^MaxSessions /p; /^PermitUserEnvironment /p; /^Subsystem sftp /p' /etc/ssh/sshd_config
fi
if [ "$(id -u)" = 0 ]
then
	ask lppchk -v
fi

# IBM's sendmail: what it is, and of its configuration the version and what made it.
echo 'ask sendmail -d0.1 -bt'
if [ -x /usr/sbin/sendmail ]
then
	/usr/sbin/sendmail -d0.1 -bt </dev/null 2>&1 | sed -n -e '/^Version/p' -e '/Compiled with/,/^[^ 	]/{
	/^[ 	]/p
	}' | show
	echo 'status -'
else
	echo absent
fi
for file in /usr/lib/sendmail /usr/sbin/sendmail /usr/sbin/mailq /usr/bin/newaliases
do
	if [ -h $file ]
	then
		echo "file $file link"
	elif [ -f $file ]
	then
		echo "file $file regular"
	fi
done
for file in /etc/mail/sendmail.cf /etc/sendmail.cf
do
	if [ -r $file ]
	then
		ask sed -n -e '/^V[0-9]/p' -e '/^DZAIX/p' $file
	fi
done
if [ -r /etc/rc.tcpip ]
then
	ask sed -n '/^#* *start .*\/sendmail /s/sendmail .*/sendmail/p' /etc/rc.tcpip
fi

# What the libraries export, of the names that programs take. The dump of AIX lists what the loader sees, nm what the linker does.
cat >names <<'END'
@names@
END
for library in @libraries@
do
	for dir in /usr/lib /opt/freeware/lib
	do
		file=$dir/$library.a
		for bits in 32 64
		do
			if has dump
			then
				dump -X$bits -Tv $file 2>/dev/null | awk -v bits=$bits -v file=$file '
				FILENAME != "-" { wanted[$1] = 1; next }
				/\[.*\]:$/ {
					member = $0
					sub(/.*\[/, "", member)
					sub(/\]:$/, "", member)
					print "member " bits " " file "(" member ")"
					next
				}
				/ EXP / && $NF in wanted { print "export " bits " " file "(" member ") " $NF }' names -
			elif has nm
			then
				nm -X$bits -pg $file 2>/dev/null | awk -v bits=$bits -v file=$file '
				FILENAME != "-" { wanted[$1] = 1; next }
				/\[.*\]:$/ { member = $0; sub(/.*\[/, "", member); sub(/\]:$/, "", member); next }
				{ sub(/^\./, "", $NF) }
				$NF in wanted && !seen[member $NF]++ { print "export " bits " " file "(" member ") " $NF }' names -
			fi
		done
	done
done

# The facts of the headers: a header's name, then what is asked of it. C is a macro's value, E an enumeration's, T the size of a type, N whether it has a sign,
# O the place and the size of a member; "old" stands behind what OpenSSL keeps to itself from 1.1.0 on.
cat >facts <<'END'
@facts@
END

# program: the program that prints the facts in the file "some", with the headers in the file "headers".
program() {
	sed 's/.*/#include <&>/' headers
	echo '#include <stddef.h>'
	echo '#include <stdio.h>'
	echo 'int main(void) {'
	awk '
	function type(name) { sub(/^struct\./, "struct ", name); return name }
	function say(value) { print "printf(\"fact '"$1"' " $1 " " $2 " %lld\\n\", (long long)(" value "));" }
	$3 == "old" { print "#if OPENSSL_VERSION_NUMBER < 0x10100000L" }
	$1 == "C" { print "#ifdef " $2; say($2); print "#else"; print "printf(\"fact '"$1"' C " $2 " undefined\\n\");"; print "#endif" }
	$1 == "E" { say($2) }
	$1 == "T" { say("sizeof(" type($2) ")") }
	$1 == "N" { say("(" type($2) ")-1 < 0") }
	$1 == "O" {
		split($2, part, "/")
		print "printf(\"fact '"$1"' O " $2 " %ld:%ld\\n\", (long)offsetof(" type(part[1]) ", " part[2] "), (long)sizeof(((" type(part[1]) " *)0)->" part[2] "));"
	}
	$3 == "old" { print "#endif" }' some
	echo 'return 0; }'
}

# compile: 0 when the program in p.c is one.
compile() {
	compiled=$((compiled + 1))
	rm -f p
	$cc -o p p.c >out 2>&1 && [ -x p ]
}

# answer BITS FILE: the facts in the file. Where they do not compile together, each half is tried, down to the one that is to blame.
answer() {
	cp $2 some
	program $1 >p.c
	if compile && ./p >answers 2>/dev/null
	then
		cat answers
		return
	fi
	lines=$(awk 'END { print NR }' $2)
	if [ $lines -le 1 ]
	then
		sed "s/^/fact $1 /; s/\$/ uncompilable/" $2
	elif [ $compiled -gt 900 ]
	then
		echo "unanswered $1 $lines"
	else
		sed "$((lines / 2))q" $2 >$2a
		sed "1,$((lines / 2))d" $2 >$2b
		answer $1 $2a
		answer $1 $2b
	fi
}

cc=
for name in ibm-clang xlc cc gcc clang
do
	if has $name
	then
		cc=$name
		break
	fi
done
for bits in 32 64
do
	case $cc in
	'') break ;;
	xlc | cc) option=-q$bits include='-I/usr/include -I/opt/freeware/include' ;;
	gcc) option=-maix$bits include='-idirafter /opt/freeware/include' ;;
	*) option=-m$bits include='-idirafter /opt/freeware/include' ;;
	esac
	echo "compiler $bits $cc $option"
	case $cc in
	xlc | cc) ask $cc -qversion ;;
	*) ask $cc --version ;;
	esac
	cc="$cc $option $include" compiled=0
	sed -n 's/^header //p' facts >all
	cp all headers
	: >some
	program $bits >p.c
	if compile
	then
		grep -v '^header ' facts >part
	else
		# Which header is not there, or not to be had with those before it? Its facts are left out.
		: >headers
		: >part
		while read -r header
		do
			cp headers before
			echo $header >>headers
			program $bits >p.c
			if compile
			then
				awk -v header=$header '$1 == "header" { mine = $2 == header; next } mine' facts >>part
			else
				echo "missing $bits $header"
				cp before headers
			fi
		done <all
	fi
	answer $bits part
	for name in exclopen pathconf snprintf
	do
		[ -n "$tests" ] || break
		echo "ask t_$name $bits"
		cp "$tests/t_$name.c" p.c
		if compile
		then
			./p >out 2>&1 </dev/null
			status=$?
			sed "s/[^ ]*\/attacke[er][^ ]*/FILE/g" out | show
			echo "status $status"
		else
			show <out
			echo 'status uncompilable'
		fi
	done
	cc=${cc%% *}
done

# The programs of the image: do they start? None is given anything to do.
if [ -n "$image" ]
then
	ask installp -L -d image.I
	if [ "$(id -u)" = 0 ]
	then
		ask installp -apXd image.I all
	fi
	mkdir root && (cd root && restore -xqf ../image.I) >out 2>&1 </dev/null
	config=$(find root -name sendmail.cf.default -type f | sed 1q)
	find root -type f -perm -100 | sort | while read -r file
	do
		case $(od -An -tx1 "$file" | sed 's/ //g; s/^\(....\).*/\1/; 1q') in
		01df | 01f7) ;;
		*) continue ;;
		esac
		echo "ask start ${file##*/}"
		case ${file##*/} in
		sendmail) "$file" ${config:+-C"$config"} -d0.1 -bt ;;
		*) "$file" '-?' ;;
		esac </dev/null >out 2>&1
		status=$?
		# What a program prints of itself, and the loader's messages: nothing else, for sendmail tells its machine's name.
		sed -n -e '/^Version/p' -e '/^ *Compiled with/p' -e '/0509-/p' -e '/0706-/p' -e '/^exec/p' out | show
		echo "status $status"
	done
fi
echo end
