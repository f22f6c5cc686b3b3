/* Stand-in: OpenSSL 1.0.2u; the fileset's level says 20.16.102. */
# define OPENSSL_VERSION_NUMBER  0x1000215fL
