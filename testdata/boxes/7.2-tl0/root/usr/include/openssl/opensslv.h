/* Stand-in: OpenSSL 1.0.2k as its header tells it. */
# define OPENSSL_VERSION_NUMBER  0x100020bfL
