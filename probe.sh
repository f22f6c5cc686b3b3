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
PATH=${PATH-/usr/bin}:/usr/bin:/usr/sbin:/etc:/sbin:/usr/ccs/bin:/opt/IBM/openxlC/17.1.4/bin:/opt/IBM/openxlC/17.1.3/bin:/opt/IBM/openxlC/17.1.2/bin:/opt/IBM/openxlC/17.1.1/bin:/opt/IBM/openxlC/17.1.0/bin:/opt/IBM/xlc/16.1.0/bin:/opt/IBM/xlC/16.1.0/bin:/opt/IBM/xlc/13.1.3/bin:/opt/IBM/xlc/13.1.2/bin:/opt/IBM/xlc/13.1.0/bin:/usr/vac/bin:/opt/freeware/bin:/opt/freeware/bin
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
for fileset in bos.adt.base bos.adt.include bos.adt.lib bos.rte bos.rte.libc bos.rte.bind_cmds bos.adt.insttools bos.net.tcp.client bos.net.tcp.sendmail bos.net.tcp.server openssl.base openssh.base.client openssh.base.server rpm.rte xlC.rte vac.C
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
ASN1_STRING_data
ASN1_STRING_get0_data
ASN1_STRING_length
ASN1_STRING_type
BIO_ctrl
BIO_free
BIO_new
BIO_new_file
BIO_new_fp
BIO_s_file
BN_bin2bn
BN_free
CRYPTO_get_ex_new_index
CRYPTO_thread_id
DH_free
DH_new
DH_set0_pqg
DH_size
DSA_dup_DH
DSA_free
DSA_generate_parameters
DSA_generate_parameters_ex
DSA_new
EC_KEY_free
EC_KEY_new_by_curve_name
ENGINE_by_id
ENGINE_ctrl
ENGINE_ctrl_cmd_string
ENGINE_free
ENGINE_init
ENGINE_load_builtin_engines
ENGINE_set_default
ERR_error_string
ERR_get_error
ERR_get_error_all
ERR_get_error_line_data
ERR_new
ERR_peek_error
ERR_put_error
ERR_reason_error_string
ERR_set_debug
ERR_set_error
EVP_DigestFinal_ex
EVP_DigestInit_ex
EVP_DigestUpdate
EVP_MD_CTX_create
EVP_MD_CTX_destroy
EVP_MD_CTX_free
EVP_MD_CTX_new
EVP_PKEY_free
EVP_default_properties_is_fips_enabled
EVP_get_digestbyname
EVP_md5
FIPS_mode
FIPS_mode_set
GENERAL_NAMES_free
OPENSSL_add_all_algorithms_noconf
OPENSSL_init_crypto
OPENSSL_init_ssl
OPENSSL_sk_num
OPENSSL_sk_value
OpenSSL_version_num
PEM_read_bio_DHparams
PEM_read_bio_X509_CRL
RAND_load_file
RAND_seed
RSA_free
RSA_generate_key
SSL_CIPHER_get_bits
SSL_CIPHER_get_name
SSL_COMP_get_compression_methods
SSL_CTX_check_private_key
SSL_CTX_ctrl
SSL_CTX_dane_enable
SSL_CTX_free
SSL_CTX_get0_certificate
SSL_CTX_get_cert_store
SSL_CTX_load_verify_locations
SSL_CTX_new
SSL_CTX_set_cert_verify_callback
SSL_CTX_set_cipher_list
SSL_CTX_set_ciphersuites
SSL_CTX_set_client_CA_list
SSL_CTX_set_info_callback
SSL_CTX_set_options
SSL_CTX_set_quiet_shutdown
SSL_CTX_set_session_id_context
SSL_CTX_set_timeout
SSL_CTX_set_tmp_rsa_callback
SSL_CTX_set_verify
SSL_CTX_use_PrivateKey_file
SSL_CTX_use_certificate_chain_file
SSL_CTX_use_certificate_file
SSL_accept
SSL_alert_desc_string_long
SSL_alert_type_string_long
SSL_check_private_key
SSL_clear
SSL_connect
SSL_ctrl
SSL_dane_enable
SSL_dane_set_flags
SSL_dane_tlsa_add
SSL_free
SSL_get0_dane_authority
SSL_get0_dane_tlsa
SSL_get1_peer_certificate
SSL_get_current_cipher
SSL_get_error
SSL_get_ex_data
SSL_get_ex_data_X509_STORE_CTX_idx
SSL_get_ex_new_index
SSL_get_peer_certificate
SSL_get_rfd
SSL_get_verify_result
SSL_get_version
SSL_get_wfd
SSL_library_init
SSL_load_client_CA_file
SSL_load_error_strings
SSL_new
SSL_pending
SSL_read
SSL_set_accept_state
SSL_set_cipher_list
SSL_set_ciphersuites
SSL_set_connect_state
SSL_set_ex_data
SSL_set_options
SSL_set_rfd
SSL_set_verify
SSL_set_wfd
SSL_shutdown
SSL_state_string_long
SSL_use_PrivateKey_file
SSL_use_certificate_file
SSL_write
SSLeay
SSLv23_client_method
SSLv23_server_method
TLS_client_method
TLS_server_method
X509_CRL_free
X509_LOOKUP_ctrl
X509_LOOKUP_hash_dir
X509_NAME_get_text_by_NID
X509_NAME_oneline
X509_STORE_CTX_get0_cert
X509_STORE_CTX_get_current_cert
X509_STORE_CTX_get_error
X509_STORE_CTX_get_error_depth
X509_STORE_CTX_get_ex_data
X509_STORE_CTX_set_error
X509_STORE_add_crl
X509_STORE_add_lookup
X509_STORE_set_flags
X509_STORE_set_verify_cb
X509_check_purpose
X509_digest
X509_free
X509_get_X509_PUBKEY
X509_get_ext_d2i
X509_get_issuer_name
X509_get_subject_name
X509_verify_cert
X509_verify_cert_error_string
_Errno
_Fork
__crt0v
__fd_select
__mod_init
__n_pthreads
_exit
_res
_res_init
abort
access
alarm
aligned_alloc
arc4random
arc4random_buf
arc4random_uniform
at_quick_exit
atexit
atoi
atol
be16toh
be32toh
be64toh
bind
c16rtomb
c32rtomb
c8rtomb
call_once
calloc
chdir
chmod
chown
chroot
close
close_range
closedir
closefrom
closelog
cnd_broadcast
cnd_destroy
cnd_init
cnd_signal
cnd_timedwait
cnd_wait
connect
ctime
dbm_close
dbm_delete
dbm_error
dbm_fetch
dbm_firstkey
dbm_nextkey
dbm_open
dbm_store
dcgettext_l
dcngettext_l
dgettext_l
dirfd
dn_expand
dn_skipname
dngettext_l
dup
dup2
duplocale
endpwent
environ
execle
execv
execve
exit
fchmod
fchown
fclose
fcntl
fdopen
feof
ferror
fflush
fgetc
fgets
fileno
flock
fopen
fopencookie
fork
fpathconf
fprintf
fputc
fputs
fread
free
free_aligned_sized
free_sized
freeaddrinfo
freehostent
freelocale
fseek
fstat
fsync
ftruncate
fwrite
gai_strerror
getaddrinfo
getauxval
getc
getegid
getentropy
getenv
geteuid
getgid
getgrgid
getgrnam
getgroups
gethostbyaddr
gethostbyname
gethostname
getipnodebyaddr
getipnodebyname
getlocalename_l
getlogin
getnameinfo
getopt
getpid
getppid
getpwent
getpwnam
getpwuid
getrandom
getservbyname
gettext_l
gettimeofday
getuid
gmtime
h_errno
htobe16
htobe32
htobe64
htole16
htole32
htole64
i2d_X509_PUBKEY
inet_addr
inet_aton
inet_ntoa
inet_ntop
inet_pton
initgroups
ioctl
isalnum
isalnum_l
isalpha
isalpha_l
isatty
isblank_l
iscntrl
iscntrl_l
isdigit_l
isgraph
isgraph_l
islower_l
isprint
isprint_l
ispunct
ispunct_l
isspace
isspace_l
isupper
isupper_l
isxdigit
isxdigit_l
kill
le16toh
le32toh
le64toh
link
listen
localtime
lockf
lseek
lstat
mallinfo2
malloc
malloc_info
mbrtoc16
mbrtoc32
mbrtoc8
memalignment
mkdir
mkstemp
mktime
mtx_destroy
mtx_init
mtx_lock
mtx_timedlock
mtx_trylock
mtx_unlock
naccept
newlocale
ngetpeername
ngetsockname
ngettext_l
nice
nrecvfrom
obstack_printf
obstack_vprintf
open
opendir
openlog
optarg
opterr
optind
optopt
pathconf
pause
pipe
poll
posix_close
posix_devctl
posix_getdents
posix_spawn_file_actions_addchdir
posix_spawn_file_actions_addchdir_np
posix_spawn_file_actions_addclosefrom_np
posix_spawn_file_actions_addfchdir
posix_spawn_file_actions_addfchdir_np
posix_spawn_file_actions_addtcsetpgrp_np
ppoll
printf
pthread_attr_getaffinity_np
pthread_attr_getsigmask_np
pthread_attr_setaffinity_np
pthread_attr_setsigmask_np
pthread_cond_destroy
pthread_cond_init
pthread_cond_signal
pthread_cond_timedwait
pthread_cond_wait
pthread_create
pthread_detach
pthread_getaffinity_np
pthread_getattr_default_np
pthread_getname_np
pthread_mutex_destroy
pthread_mutex_init
pthread_mutex_lock
pthread_mutex_unlock
pthread_self
pthread_setaffinity_np
pthread_setattr_default_np
pthread_setname_np
pthread_sigmask
pthread_sigqueue
pthread_timedjoin_np
pthread_tryjoin_np
putc
putenv
puts
qsort
qsort_r
quick_exit
random
read
readdir
readlink
realloc
reallocarray
recvmmsg
regcomp
regerror
regexec
regfree
remove
rename
renameat2
res_query
res_querydomain
res_search
rewinddir
rmdir
rresvport
sasl_client_init
sasl_client_new
sasl_client_start
sasl_client_step
sasl_decode
sasl_decode64
sasl_dispose
sasl_done
sasl_encode
sasl_encode64
sasl_errdetail
sasl_errstring
sasl_getprop
sasl_listmech
sasl_server_init
sasl_server_new
sasl_server_start
sasl_server_step
sasl_set_alloc
sasl_setprop
scandirat
secure_getenv
semctl
semget
semop
sendmmsg
sendto
setenv
seteuid
setgid
setgroups
setitimer
setpgid
setpwent
setreuid
setsockopt
setuid
setvbuf
shmat
shmctl
shmdt
shmget
sig2str
sigabbrev_np
sigaction
sigaddset
sigdescr_np
sigemptyset
sigismember
signal
sigprocmask
sigwait
sk_num
sk_value
sleep
snprintf
socket
socketpair
sprintf
srandom
stat
statfs
statx
str2sig
strcasecmp
strcasecmp_l
strcasestr
strdup
strerror
strerror_l
strerrordesc_np
strerrorname_np
strftime
strlcat
strlcpy
strncasecmp
strncasecmp_l
strtod
strtok
strtol
strtoll
strtoul
strtoull
symlink
syncfs
sysconf
syslog
tcgetwinsize
tcsetwinsize
thrd_create
thrd_current
thrd_detach
thrd_equal
thrd_exit
thrd_join
thrd_sleep
thrd_yield
time
timespec_get
timespec_getres
tolower
tolower_l
toupper
toupper_l
tss_create
tss_delete
tss_get
tss_set
ttyname
tzname
tzset
uabs
ulabs
ullabs
umask
umaxabs
uname
ungetc
unlink
unsetenv
uselocale
vfprintf
vsnprintf
vsprintf
wait
wait3
waitpid
wcslcat
wcslcpy
write
writev
yp_get_default_domain
yp_match
yperr_string
END
for library in libc libcrypto libdbm libpthreads libsasl2 libssl
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
header arpa/nameser.h
C PACKETSZ
C MAXDNAME
C HFIXEDSZ
C QFIXEDSZ
C RRFIXEDSZ
C INT32SZ
C INT16SZ
C INADDRSZ
C IN6ADDRSZ
C QUERY
C NOERROR
C FORMERR
C SERVFAIL
C NXDOMAIN
C NOTIMP
C REFUSED
C T_A
C T_NS
C T_CNAME
C T_SOA
C T_PTR
C T_MX
C T_TXT
C T_AFSDB
C T_AAAA
C T_SRV
C T_ANY
C C_IN
C C_ANY
T HEADER
header dirent.h
T struct.dirent
O struct.dirent/d_offset
O struct.dirent/d_ino
O struct.dirent/d_reclen
O struct.dirent/d_namlen
O struct.dirent/d_name
header errno.h
C EPERM
C ENOENT
C ESRCH
C EINTR
C EIO
C ENXIO
C E2BIG
C ENOEXEC
C EBADF
C ECHILD
C EAGAIN
C EWOULDBLOCK
C ENOMEM
C EACCES
C EFAULT
C ENOTBLK
C EBUSY
C EEXIST
C EXDEV
C ENODEV
C ENOTDIR
C EISDIR
C EINVAL
C ENFILE
C EMFILE
C ENOTTY
C ETXTBSY
C EFBIG
C ENOSPC
C ESPIPE
C EROFS
C EMLINK
C EPIPE
C EDOM
C ERANGE
C ENOMSG
C EIDRM
C EDEADLK
C ENOLCK
C ESTALE
C EINPROGRESS
C EALREADY
C ENOTSOCK
C EDESTADDRREQ
C EMSGSIZE
C EPROTOTYPE
C ENOPROTOOPT
C EPROTONOSUPPORT
C ESOCKTNOSUPPORT
C EOPNOTSUPP
C EPFNOSUPPORT
C EAFNOSUPPORT
C EADDRINUSE
C EADDRNOTAVAIL
C ENETDOWN
C ENETUNREACH
C ENETRESET
C ECONNABORTED
C ECONNRESET
C ENOBUFS
C EISCONN
C ENOTCONN
C ESHUTDOWN
C ETIMEDOUT
C ECONNREFUSED
C EHOSTDOWN
C EHOSTUNREACH
C EPROCLIM
C EUSERS
C ELOOP
C ENAMETOOLONG
C ENOTEMPTY
C EDQUOT
C EREMOTE
C ENOSYS
C EILSEQ
C ECANCELED
C ENOSR
C ETIME
C EBADMSG
C EPROTO
C ENODATA
C ENOSTR
C ENOTSUP
C EOVERFLOW
header fcntl.h
C O_RDONLY
C O_WRONLY
C O_RDWR
C O_NONBLOCK
C O_APPEND
C O_SYNC
C O_CREAT
C O_TRUNC
C O_EXCL
C O_NOCTTY
C O_NDELAY
C O_CLOEXEC
C O_NOFOLLOW
C O_ACCMODE
C F_DUPFD
C F_GETFD
C F_SETFD
C F_GETFL
C F_SETFL
C F_GETOWN
C F_SETOWN
C F_GETLK
C F_SETLK
C F_SETLKW
C F_RDLCK
C F_WRLCK
C F_UNLCK
C FD_CLOEXEC
T struct.flock
O struct.flock/l_type
O struct.flock/l_whence
O struct.flock/l_start
O struct.flock/l_len
O struct.flock/l_sysid
O struct.flock/l_pid
O struct.flock/l_vfs
header grp.h
T struct.group
O struct.group/gr_name
O struct.group/gr_passwd
O struct.group/gr_gid
O struct.group/gr_mem
header limits.h
C PATH_MAX
C NGROUPS_MAX
C OPEN_MAX
C ARG_MAX
C PIPE_BUF
C IOV_MAX
C CHILD_MAX
C TZNAME_MAX
header ndbm.h
C DBM_INSERT
C DBM_REPLACE
T datum
O datum/dptr
O datum/dsize
header net/if.h
C IFNAMSIZ
C IFF_UP
C IFF_BROADCAST
C IFF_LOOPBACK
C IFF_POINTOPOINT
C IFF_RUNNING
T struct.ifreq
O struct.ifreq/ifr_name
O struct.ifreq/ifr_ifru
T struct.ifconf
O struct.ifconf/ifc_len
O struct.ifconf/ifc_ifcu
header netdb.h
C HOST_NOT_FOUND
C TRY_AGAIN
C NO_RECOVERY
C NO_DATA
C NO_ADDRESS
C AI_CANONNAME
C AI_PASSIVE
C AI_NUMERICHOST
C AI_ADDRCONFIG
C AI_V4MAPPED
C AI_ALL
C AI_NUMERICSERV
C AI_DEFAULT
C EAI_AGAIN
C EAI_BADFLAGS
C EAI_FAIL
C EAI_FAMILY
C EAI_MEMORY
C EAI_NODATA
C EAI_NONAME
C EAI_SERVICE
C EAI_SOCKTYPE
C EAI_SYSTEM
C EAI_OVERFLOW
C NI_MAXHOST
C NI_MAXSERV
C NI_NOFQDN
C NI_NUMERICHOST
C NI_NAMEREQD
C NI_NUMERICSERV
C NI_DGRAM
T struct.hostent
O struct.hostent/h_name
O struct.hostent/h_aliases
O struct.hostent/h_addrtype
O struct.hostent/h_length
O struct.hostent/h_addr_list
T struct.servent
O struct.servent/s_name
O struct.servent/s_aliases
O struct.servent/s_port
O struct.servent/s_proto
T struct.protoent
O struct.protoent/p_name
O struct.protoent/p_aliases
O struct.protoent/p_proto
T struct.addrinfo
O struct.addrinfo/ai_flags
O struct.addrinfo/ai_family
O struct.addrinfo/ai_socktype
O struct.addrinfo/ai_protocol
O struct.addrinfo/ai_addrlen
O struct.addrinfo/ai_canonname
O struct.addrinfo/ai_addr
O struct.addrinfo/ai_next
O struct.addrinfo/ai_eflags
header netinet/in.h
C IPPROTO_IP
C IPPROTO_ICMP
C IPPROTO_TCP
C IPPROTO_UDP
C IPPROTO_IPV6
C IP_OPTIONS
C IP_TOS
C IP_TTL
C IPV6_V6ONLY
C IPPORT_RESERVED
C INADDR_ANY
C INADDR_BROADCAST
C INADDR_LOOPBACK
C INADDR_NONE
C INET_ADDRSTRLEN
C INET6_ADDRSTRLEN
C IN_CLASSA_NET
C IN_CLASSA_NSHIFT
C IN_CLASSA_HOST
C IN_LOOPBACKNET
T in_port_t
N in_port_t
T in_addr_t
N in_addr_t
T struct.in_addr
O struct.in_addr/s_addr
T struct.sockaddr_in
O struct.sockaddr_in/sin_len
O struct.sockaddr_in/sin_family
O struct.sockaddr_in/sin_port
O struct.sockaddr_in/sin_addr
O struct.sockaddr_in/sin_zero
T struct.in6_addr
T struct.sockaddr_in6
O struct.sockaddr_in6/sin6_len
O struct.sockaddr_in6/sin6_family
O struct.sockaddr_in6/sin6_port
O struct.sockaddr_in6/sin6_flowinfo
O struct.sockaddr_in6/sin6_addr
O struct.sockaddr_in6/sin6_scope_id
header netinet/in_systm.h
T n_short
N n_short
T n_long
N n_long
T n_time
N n_time
header netinet/ip.h
C IPVERSION
C IP_MAXPACKET
header netinet/tcp.h
C TCP_NODELAY
C TCP_MAXSEG
header openssl/bio.h
C BIO_NOCLOSE
C BIO_CLOSE
C BIO_FP_READ
C BIO_C_SET_FILENAME
header openssl/crypto.h
C CRYPTO_EX_INDEX_SSL
C OPENSSL_INIT_LOAD_CRYPTO_STRINGS
C OPENSSL_INIT_ADD_ALL_CIPHERS
C OPENSSL_INIT_ADD_ALL_DIGESTS
header openssl/dh.h
O struct.dh_st/pad old
O struct.dh_st/version old
O struct.dh_st/p old
O struct.dh_st/g old
header openssl/engine.h
C ENGINE_METHOD_ALL
C ENGINE_CTRL_CHIL_SET_FORKCHECK
header openssl/err.h
C ERR_TXT_STRING
C ERR_LIB_SSL
C ERR_R_FATAL
C ERR_R_MALLOC_FAILURE
C ERR_RFLAGS_OFFSET
C ERR_RFLAG_FATAL
C ERR_RFLAG_COMMON
header openssl/evp.h
C EVP_MAX_MD_SIZE
header openssl/objects.h
C NID_commonName
C NID_subject_alt_name
C NID_X9_62_prime256v1
header openssl/opensslv.h
C OPENSSL_VERSION_NUMBER
C OPENSSL_VERSION_MAJOR
C OPENSSL_VERSION_MINOR
C OPENSSL_VERSION_PATCH
header openssl/rsa.h
C RSA_F4
header openssl/ssl.h
C SSL_OP_LEGACY_SERVER_CONNECT
C SSL_OP_TLSEXT_PADDING
C SSL_OP_SAFARI_ECDHE_ECDSA_BUG
C SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS
C SSL_OP_NO_QUERY_MTU
C SSL_OP_COOKIE_EXCHANGE
C SSL_OP_NO_TICKET
C SSL_OP_CISCO_ANYCONNECT
C SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION
C SSL_OP_NO_COMPRESSION
C SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION
C SSL_OP_CIPHER_SERVER_PREFERENCE
C SSL_OP_TLS_ROLLBACK_BUG
C SSL_OP_NO_SSLv3
C SSL_OP_NO_TLSv1
C SSL_OP_NO_TLSv1_2
C SSL_OP_NO_TLSv1_1
C SSL_OP_CRYPTOPRO_TLSEXT_BUG
C SSL_OP_EPHEMERAL_RSA
C SSL_OP_MSIE_SSLV2_RSA_PADDING
C SSL_OP_PKCS1_CHECK_1
C SSL_OP_PKCS1_CHECK_2
C SSL_OP_SSLREF2_REUSE_CERT_TYPE_BUG
C SSL_OP_ALL
C SSL_OP_MICROSOFT_SESS_ID_BUG
C SSL_OP_NETSCAPE_CHALLENGE_BUG
C SSL_OP_NETSCAPE_REUSE_CIPHER_CHANGE_BUG
C SSL_OP_MICROSOFT_BIG_SSLV3_BUFFER
C SSL_OP_SSLEAY_080_CLIENT_DH_BUG
C SSL_OP_TLS_D5_BUG
C SSL_OP_TLS_BLOCK_PADDING_BUG
C SSL_OP_SINGLE_ECDH_USE
C SSL_OP_SINGLE_DH_USE
C SSL_OP_NO_SSLv2
C SSL_OP_NETSCAPE_CA_DN_BUG
C SSL_OP_NETSCAPE_DEMO_CIPHER_CHANGE_BUG
C SSL_FILETYPE_PEM
C SSL_MODE_AUTO_RETRY
C SSL_SENT_SHUTDOWN
C SSL_RECEIVED_SHUTDOWN
C SSL_SESS_CACHE_OFF
C SSL_SESS_CACHE_SERVER
C SSL_VERIFY_NONE
C SSL_VERIFY_PEER
C SSL_ERROR_NONE
C SSL_ERROR_SSL
C SSL_ERROR_WANT_READ
C SSL_ERROR_WANT_WRITE
C SSL_ERROR_WANT_X509_LOOKUP
C SSL_ERROR_SYSCALL
C SSL_ERROR_ZERO_RETURN
C SSL_ST_CONNECT
C SSL_ST_ACCEPT
C SSL_ST_MASK
C SSL_CB_LOOP
C SSL_CB_EXIT
C SSL_CB_READ
C SSL_CB_ALERT
C SSL_CTRL_SET_TMP_DH
C SSL_CTRL_SET_TMP_ECDH
C SSL_CTRL_MODE
C SSL_CTRL_SET_SESS_CACHE_SIZE
C SSL_CTRL_SET_SESS_CACHE_MODE
C SSL_CTRL_SET_TLSEXT_HOSTNAME
C SSL_CTRL_CLEAR_MODE
C TLSEXT_NAMETYPE_host_name
C SSL_CTRL_OPTIONS
C SSL_CTRL_SET_ECDH_AUTO
C SSL_OP_ALLOW_NO_DHE_KEX
C SSL_OP_NO_ENCRYPT_THEN_MAC
C SSL_OP_ENABLE_MIDDLEBOX_COMPAT
C SSL_OP_PRIORITIZE_CHACHA
C SSL_OP_NO_ANTI_REPLAY
C SSL_OP_NO_TLSv1_3
C SSL_OP_NO_RENEGOTIATION
C OPENSSL_INIT_LOAD_SSL_STRINGS
C SSL_CTRL_SET_DH_AUTO
C DANE_FLAG_NO_DANE_EE_NAMECHECKS
C SSL_F_DANE_CTX_ENABLE
C SSL_F_SSL_DANE_ENABLE
header openssl/x509.h
C X509_FILETYPE_PEM
C X509_L_ADD_DIR
C X509_V_OK
C X509_V_ERR_UNABLE_TO_GET_CRL
C X509_V_FLAG_CRL_CHECK
C X509_V_FLAG_CRL_CHECK_ALL
C X509_V_FLAG_TRUSTED_FIRST
O struct.x509_cinf_st/version old
O struct.x509_cinf_st/serialNumber old
O struct.x509_cinf_st/signature old
O struct.x509_cinf_st/issuer old
O struct.x509_cinf_st/validity old
O struct.x509_cinf_st/subject old
O struct.x509_cinf_st/key old
O struct.x509_st/cert_info old
O struct.x509_store_ctx_st/ctx old
O struct.x509_store_ctx_st/current_method old
O struct.x509_store_ctx_st/cert old
header openssl/x509v3.h
C V_ASN1_IA5STRING
C GEN_DNS
C X509_PURPOSE_SSL_CLIENT
C X509_PURPOSE_SSL_SERVER
O struct.GENERAL_NAME_st/type
O struct.GENERAL_NAME_st/d
header poll.h
C POLLIN
C POLLOUT
C POLLPRI
C POLLERR
C POLLHUP
C POLLNVAL
T nfds_t
N nfds_t
T struct.pollfd
O struct.pollfd/fd
O struct.pollfd/events
O struct.pollfd/revents
header pthread.h
T pthread_key_t
N pthread_key_t
header pwd.h
T struct.passwd
O struct.passwd/pw_name
O struct.passwd/pw_passwd
O struct.passwd/pw_uid
O struct.passwd/pw_gid
O struct.passwd/pw_gecos
O struct.passwd/pw_dir
O struct.passwd/pw_shell
header regex.h
C REG_EXTENDED
C REG_ICASE
C REG_NEWLINE
C REG_NOSUB
C REG_NOTBOL
C REG_NOTEOL
C REG_NOMATCH
T regoff_t
N regoff_t
T regex_t
O regex_t/re_nsub
O regex_t/re_comp
O regex_t/re_cflags
O regex_t/re_erroff
O regex_t/re_len
O regex_t/re_ucoll
O regex_t/re_lsub
O regex_t/re_esub
O regex_t/re_map
O regex_t/re_maxsub
O regex_t/re_unused
T regmatch_t
O regmatch_t/rm_so
O regmatch_t/rm_eo
header resolv.h
C MAXNS
C MAXDNSRCH
C RES_INIT
C RES_DEBUG
C RES_AAONLY
C RES_USEVC
C RES_PRIMARY
C RES_IGNTC
C RES_RECURSE
C RES_DEFNAMES
C RES_STAYOPEN
C RES_DNSRCH
O struct.__res_state/retrans
O struct.__res_state/retry
O struct.__res_state/options
O struct.__res_state/nscount
O struct.__res_state/nsaddr_list
O struct.__res_state/id
O struct.__res_state/dnsrch
O struct.__res_state/defdname
header rpcsvc/ypclnt.h
C YPERR_BADARGS
C YPERR_RPC
C YPERR_DOMAIN
C YPERR_MAP
C YPERR_KEY
C YPERR_BUSY
header sasl/sasl.h
C SASL_VERSION_MAJOR
C SASL_VERSION_MINOR
C SASL_VERSION_STEP
C SASL_VERSION_FULL
C SASL_CONTINUE
C SASL_OK
C SASL_FAIL
C SASL_NOMEM
C SASL_NOMECH
C SASL_BADPARAM
C SASL_CB_LIST_END
C SASL_CB_VERIFYFILE
C SASL_CB_USER
C SASL_CB_AUTHNAME
C SASL_CB_LANGUAGE
C SASL_CB_PASS
C SASL_CB_GETREALM
C SASL_CB_PROXY_POLICY
C SASL_USERNAME
C SASL_SSF
C SASL_MAXOUTBUF
C SASL_IPLOCALPORT
C SASL_IPREMOTEPORT
C SASL_SSF_EXTERNAL
C SASL_SEC_PROPS
C SASL_AUTH_EXTERNAL
C SASL_SEC_NOPLAINTEXT
C SASL_SEC_NOACTIVE
C SASL_SEC_NODICTIONARY
C SASL_SEC_FORWARD_SECRECY
C SASL_SEC_NOANONYMOUS
C SASL_SEC_PASS_CREDENTIALS
C SASL_SEC_MUTUAL_AUTH
C SASL_SEC_MAXIMUM
E SASL_VRFY_PLUGIN
E SASL_VRFY_CONF
E SASL_VRFY_PASSWD
E SASL_VRFY_OTHER
T sasl_verify_type_t
N sasl_verify_type_t
T sasl_ssf_t
N sasl_ssf_t
T struct.sasl_callback
O struct.sasl_callback/id
O struct.sasl_callback/proc
O struct.sasl_callback/context
T sasl_callback_t
T struct.sasl_interact
O struct.sasl_interact/id
O struct.sasl_interact/challenge
O struct.sasl_interact/prompt
O struct.sasl_interact/defresult
O struct.sasl_interact/result
O struct.sasl_interact/len
T sasl_interact_t
T struct.sasl_secret
O struct.sasl_secret/len
O struct.sasl_secret/data
T sasl_secret_t
T struct.sasl_security_properties
O struct.sasl_security_properties/min_ssf
O struct.sasl_security_properties/max_ssf
O struct.sasl_security_properties/maxbufsize
O struct.sasl_security_properties/security_flags
O struct.sasl_security_properties/property_names
O struct.sasl_security_properties/property_values
T sasl_security_properties_t
header signal.h
C SIGHUP
C SIGINT
C SIGQUIT
C SIGILL
C SIGTRAP
C SIGABRT
C SIGEMT
C SIGFPE
C SIGKILL
C SIGBUS
C SIGSEGV
C SIGSYS
C SIGPIPE
C SIGALRM
C SIGTERM
C SIGURG
C SIGSTOP
C SIGTSTP
C SIGCONT
C SIGCHLD
C SIGCLD
C SIGTTIN
C SIGTTOU
C SIGIO
C SIGXCPU
C SIGXFSZ
C SIGWINCH
C SIGPWR
C SIGUSR1
C SIGUSR2
C SIGPROF
C SIGVTALRM
C SIG_BLOCK
C SIG_UNBLOCK
C SIG_SETMASK
C SA_ONSTACK
C SA_RESETHAND
C SA_NOCLDSTOP
C SA_RESTART
C SA_SIGINFO
C SA_NODEFER
C SA_NOCLDWAIT
T sig_atomic_t
N sig_atomic_t
T sigset_t
O sigset_t/losigs
O sigset_t/hisigs
T struct.sigaction
O struct.sigaction/sa_union
O struct.sigaction/sa_mask
O struct.sigaction/sa_flags
O sigset_t/ss_set
header stdio.h
C EOF
C BUFSIZ
C _IOFBF
C _IOLBF
C _IONBF
T fpos_t
N fpos_t
header stdlib.h
C EXIT_SUCCESS
C EXIT_FAILURE
C RAND_MAX
header sys/file.h
C LOCK_SH
C LOCK_EX
C LOCK_NB
C LOCK_UN
header sys/ioctl.h
C FIONREAD
C FIONBIO
C TIOCNOTTY
C SIOCGIFADDR
C SIOCGIFFLAGS
C SIOCGIFCONF
header sys/ipc.h
C IPC_CREAT
C IPC_EXCL
C IPC_NOWAIT
C IPC_PRIVATE
C IPC_RMID
C IPC_SET
C IPC_STAT
T struct.ipc_perm
O struct.ipc_perm/uid
O struct.ipc_perm/gid
O struct.ipc_perm/cuid
O struct.ipc_perm/cgid
O struct.ipc_perm/mode
O struct.ipc_perm/seq
O struct.ipc_perm/key
header sys/machine.h
C LITTLE_ENDIAN
C BIG_ENDIAN
C PDP_ENDIAN
C BYTE_ORDER
header sys/param.h
C MAXPATHLEN
C MAXHOSTNAMELEN
C MAXSYMLINKS
C NGROUPS
header sys/resource.h
C RLIMIT_CPU
C RLIMIT_FSIZE
C RLIMIT_DATA
C RLIMIT_STACK
C RLIMIT_CORE
C RLIMIT_RSS
C RLIMIT_AS
C RLIMIT_NOFILE
C RLIM_INFINITY
T rlim_t
N rlim_t
T struct.rlimit
O struct.rlimit/rlim_cur
O struct.rlimit/rlim_max
header sys/select.h
C FD_SETSIZE
C NFDBITS
T struct.fd_set
O struct.fd_set/fds_bits
T fd_set
header sys/sem.h
C SEM_UNDO
C GETVAL
C SETVAL
C SETALL
T struct.sembuf
O struct.sembuf/sem_num
O struct.sembuf/sem_op
O struct.sembuf/sem_flg
O struct.semid_ds/sem_perm
header sys/shm.h
C SHM_R
C SHM_W
C SHM_RDONLY
O struct.shmid_ds/shm_perm
header sys/socket.h
C AF_UNSPEC
C AF_UNIX
C AF_INET
C AF_ISO
C AF_CCITT
C AF_SNA
C AF_ROUTE
C AF_LINK
C AF_INET6
C AF_MAX
C SOCK_STREAM
C SOCK_DGRAM
C SOCK_RAW
C SOL_SOCKET
C SO_DEBUG
C SO_ACCEPTCONN
C SO_REUSEADDR
C SO_KEEPALIVE
C SO_DONTROUTE
C SO_BROADCAST
C SO_LINGER
C SO_OOBINLINE
C SO_REUSEPORT
C SO_SNDBUF
C SO_RCVBUF
C SO_SNDLOWAT
C SO_RCVLOWAT
C SO_SNDTIMEO
C SO_RCVTIMEO
C SO_ERROR
C SO_TYPE
C MSG_OOB
C MSG_PEEK
C MSG_DONTROUTE
C MSG_WAITALL
C SHUT_RD
C SHUT_WR
C SHUT_RDWR
C SOMAXCONN
T sa_family_t
N sa_family_t
T struct.sockaddr
O struct.sockaddr/sa_len
O struct.sockaddr/sa_family
O struct.sockaddr/sa_data
T struct.sockaddr_storage
O struct.sockaddr_storage/ss_family
T struct.linger
O struct.linger/l_onoff
O struct.linger/l_linger
T struct.msghdr
O struct.msghdr/msg_name
O struct.msghdr/msg_namelen
O struct.msghdr/msg_iov
O struct.msghdr/msg_iovlen
O struct.msghdr/msg_control
O struct.msghdr/msg_controllen
O struct.msghdr/msg_flags
header sys/stat.h
C S_IFMT
C S_IFREG
C S_IFDIR
C S_IFBLK
C S_IFCHR
C S_IFIFO
C S_IFLNK
C S_IFSOCK
C S_ISUID
C S_ISGID
C S_ISVTX
C S_IRWXU
C S_IRUSR
C S_IWUSR
C S_IXUSR
C S_IRWXG
C S_IRGRP
C S_IWGRP
C S_IXGRP
C S_IRWXO
C S_IROTH
C S_IWOTH
C S_IXOTH
C S_IREAD
C S_IWRITE
C S_IEXEC
T st_timespec_t
O st_timespec_t/tv_sec
O st_timespec_t/tv_nsec
T struct.stat
O struct.stat/st_dev
O struct.stat/st_ino
O struct.stat/st_mode
O struct.stat/st_nlink
O struct.stat/st_flag
O struct.stat/st_uid
O struct.stat/st_gid
O struct.stat/st_rdev
O struct.stat/st_size
O struct.stat/st_atim
O struct.stat/st_mtim
O struct.stat/st_ctim
O struct.stat/st_blksize
O struct.stat/st_blocks
O struct.stat/st_vfstype
O struct.stat/st_vfs
O struct.stat/st_type
O struct.stat/st_gen
O struct.stat/st_reserved
O struct.stat/st_ssize
O struct.stat/st_padto_ll
header sys/statfs.h
T fsid_t
O fsid_t/val
T struct.statfs
O struct.statfs/f_version
O struct.statfs/f_type
O struct.statfs/f_bsize
O struct.statfs/f_blocks
O struct.statfs/f_bfree
O struct.statfs/f_bavail
O struct.statfs/f_files
O struct.statfs/f_ffree
O struct.statfs/f_fsid
O struct.statfs/f_vfstype
O struct.statfs/f_fsize
O struct.statfs/f_vfsnumber
O struct.statfs/f_vfsoff
O struct.statfs/f_vfslen
O struct.statfs/f_vfsvers
O struct.statfs/f_fname
O struct.statfs/f_fpack
O struct.statfs/f_name_max
header sys/time.h
C ITIMER_REAL
C ITIMER_VIRTUAL
C ITIMER_PROF
T struct.timeval
O struct.timeval/tv_sec
O struct.timeval/tv_usec
T struct.timezone
O struct.timezone/tz_minuteswest
O struct.timezone/tz_dsttime
T struct.itimerval
O struct.itimerval/it_interval
O struct.itimerval/it_value
header sys/types.h
T ssize_t
N ssize_t
T time_t
N time_t
T clock_t
N clock_t
T suseconds_t
N suseconds_t
T pid_t
N pid_t
T key_t
N key_t
T uid_t
N uid_t
T gid_t
N gid_t
T mode_t
N mode_t
T nlink_t
N nlink_t
T blksize_t
N blksize_t
T blkcnt_t
N blkcnt_t
T socklen_t
N socklen_t
T pthread_t
N pthread_t
T dev_t
N dev_t
T ino_t
N ino_t
T off_t
N off_t
T ushort
N ushort
T uint
N uint
T u_char
N u_char
T u_short
N u_short
T u_int
N u_int
T u_long
N u_long
T caddr_t
N caddr_t
header sys/uio.h
T struct.iovec
O struct.iovec/iov_base
O struct.iovec/iov_len
header sys/un.h
T struct.sockaddr_un
O struct.sockaddr_un/sun_len
O struct.sockaddr_un/sun_family
O struct.sockaddr_un/sun_path
header sys/utsname.h
T struct.utsname
O struct.utsname/sysname
O struct.utsname/nodename
O struct.utsname/release
O struct.utsname/version
O struct.utsname/machine
header sys/wait.h
C WNOHANG
C WUNTRACED
header syslog.h
C LOG_EMERG
C LOG_ALERT
C LOG_CRIT
C LOG_ERR
C LOG_WARNING
C LOG_NOTICE
C LOG_INFO
C LOG_DEBUG
C LOG_KERN
C LOG_USER
C LOG_MAIL
C LOG_DAEMON
C LOG_AUTH
C LOG_SYSLOG
C LOG_LPR
C LOG_NEWS
C LOG_UUCP
C LOG_CRON
C LOG_LOCAL0
C LOG_LOCAL1
C LOG_LOCAL2
C LOG_LOCAL3
C LOG_LOCAL4
C LOG_LOCAL5
C LOG_LOCAL6
C LOG_LOCAL7
C LOG_PID
C LOG_CONS
C LOG_ODELAY
C LOG_NDELAY
C LOG_NOWAIT
header time.h
C CLOCKS_PER_SEC
T struct.tm
O struct.tm/tm_sec
O struct.tm/tm_min
O struct.tm/tm_hour
O struct.tm/tm_mday
O struct.tm/tm_mon
O struct.tm/tm_year
O struct.tm/tm_wday
O struct.tm/tm_yday
O struct.tm/tm_isdst
T struct.timespec
O struct.timespec/tv_sec
O struct.timespec/tv_nsec
header unistd.h
C STDIN_FILENO
C STDOUT_FILENO
C STDERR_FILENO
C SEEK_SET
C SEEK_CUR
C SEEK_END
C F_OK
C X_OK
C W_OK
C R_OK
C F_ULOCK
C F_LOCK
C F_TLOCK
C F_TEST
C _PC_CHOWN_RESTRICTED
C _PC_LINK_MAX
C _PC_NAME_MAX
C _PC_PATH_MAX
C _PC_PIPE_BUF
C _SC_ARG_MAX
C _SC_CHILD_MAX
C _SC_CLK_TCK
C _SC_NGROUPS_MAX
C _SC_OPEN_MAX
C _SC_PAGE_SIZE
C _SC_PAGESIZE
C _SC_NPROCESSORS_CONF
C _SC_NPROCESSORS_ONLN
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
