/* Stand-in: OpenSSL 1.1.1l; the fileset's level says 1.1.2. */
# define OPENSSL_VERSION_NUMBER  0x101010cfL
