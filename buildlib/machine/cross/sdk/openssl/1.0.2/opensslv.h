/* The first release of the interface, so that a newer one at run time is what sendmail expects. */
#ifndef HEADER_OPENSSLV_H
#define HEADER_OPENSSLV_H
#define OPENSSL_VERSION_NUMBER 0x1000200fL
#define OPENSSL_VERSION_TEXT "OpenSSL 1.0.2 (interface of sendmail-aix's SDK)"
#endif
