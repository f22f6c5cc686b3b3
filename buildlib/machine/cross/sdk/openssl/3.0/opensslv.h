/* The first release of the interface, so that a newer one at run time is what sendmail expects. */
#ifndef HEADER_OPENSSLV_H
#define HEADER_OPENSSLV_H
#define OPENSSL_VERSION_MAJOR 3
#define OPENSSL_VERSION_MINOR 0
#define OPENSSL_VERSION_PATCH 0
#define OPENSSL_VERSION_NUMBER 0x30000000L
#define OPENSSL_VERSION_TEXT "OpenSSL 3.0 (interface of sendmail-aix's SDK)"
#endif
