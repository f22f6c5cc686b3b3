package cross

// Collect tells how to take from an AIX machine what the SDK stands in for: for a copy to compile with, in place of it. The libraries are
// those that sendmail's options for AIX link; AIX's tar says which of them the machine lacks, and goes on.
const Collect = `On an AIX machine of the level to build for, with the filesets bos.adt.include, bos.adt.base and openssl.base, and with the Toolbox's
cyrus-sasl-devel if SASL is to be the Toolbox's:

    cd /
    tar cf /tmp/sysroot.tar usr/include usr/lib/crt0.o usr/lib/crt0_64.o usr/lib/libc.a usr/lib/libpthreads.a usr/lib/libpthread.a \
        usr/lib/libdbm.a usr/lib/libperfstat.a usr/lib/libssl.a usr/lib/libcrypto.a \
        opt/freeware/include/sasl opt/freeware/lib/libsasl2.a

On this machine, with the file copied over:

    mkdir sysroot && tar xf sysroot.tar -C sysroot
    SENDMAIL_SYSROOT=sysroot mage package

Headers and start code are what programs are compiled with, libraries what they are linked against: which names each has, and in which
member. All of it is IBM's or its other owners', under their licence: it is for your own builds and not for passing on. Nothing of it
goes into the image but the start code, as in every program that is linked on AIX.
`
