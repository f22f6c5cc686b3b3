/*
 * Every macro with arguments that the SDK's headers of OpenSSL define, used as sendmail uses it. Compiled with OpenSSL's own headers and
 * with the SDK's, it must come to the same instructions: TestProviderHeaders.
 */
#include <openssl/ssl.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

long use_bio(BIO *b, char *name) { return BIO_read_filename(b, name); }
int use_lookup(X509_LOOKUP *l, const char *dir) { return X509_LOOKUP_add_dir(l, dir, X509_FILETYPE_PEM); }
X509_PUBKEY *use_key(X509 *x) { return X509_get_X509_PUBKEY(x); }
int use_names(STACK_OF(GENERAL_NAME) *names) { return sk_GENERAL_NAME_num(names); }
GENERAL_NAME *use_name(STACK_OF(GENERAL_NAME) *names, int i) { return sk_GENERAL_NAME_value(names, i); }
int use_methods(STACK_OF(SSL_COMP) *methods) { return sk_SSL_COMP_num(methods); }
void use_algorithms(void) { OpenSSL_add_all_algorithms(); }
void use_algorithms_only(void) { OPENSSL_add_all_algorithms_noconf(); }
void use_error(int reason) { SSLerr(0, reason); }

EVP_MD_CTX *use_digest(void) { return EVP_MD_CTX_create(); }
void use_digest_end(EVP_MD_CTX *c) { EVP_MD_CTX_destroy(c); }

int use_library(void) { return SSL_library_init(); }
int use_library_old(void) { return SSLeay_add_ssl_algorithms(); }
void use_strings(void) { SSL_load_error_strings(); }
unsigned long use_version(void) { return SSLeay(); }
unsigned long use_thread(void) { return CRYPTO_thread_id(); }

long use_get_mode(SSL_CTX *c) { return SSL_CTX_get_mode(c); }
long use_mode(SSL_CTX *c, long mode) { return SSL_CTX_set_mode(c, mode); }
long use_clear_mode(SSL_CTX *c) { return SSL_CTX_clear_mode(c, SSL_MODE_AUTO_RETRY); }
long use_cache_size(SSL_CTX *c) { return SSL_CTX_sess_set_cache_size(c, 1); }
long use_cache_mode(SSL_CTX *c) { return SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_SERVER); }
unsigned long use_options(SSL_CTX *c) { return SSL_CTX_set_options(c, SSL_OP_ALL | SSL_OP_NO_SSLv2); }
unsigned long use_own_options(SSL *s) { return SSL_set_options(s, SSL_OP_ALL); }
long use_dh(SSL_CTX *c, DH *dh) { return SSL_CTX_set_tmp_dh(c, dh); }
long use_ecdh(SSL_CTX *c, EC_KEY *key) { return SSL_CTX_set_tmp_ecdh(c, key); }
long use_ecdh_auto(SSL_CTX *c, int on) { return SSL_CTX_set_ecdh_auto(c, on); }
long use_host_name(SSL *s, const char *name) { return SSL_set_tlsext_host_name(s, name); }
void use_rsa(SSL_CTX *c, RSA *(*callback)(SSL *, int, int)) { SSL_CTX_set_tmp_rsa_callback(c, callback); }
int use_index(void) { return SSL_get_ex_new_index(0, 0, 0, 0, 0); }
X509 *use_peer(SSL *s) { return SSL_get_peer_certificate(s); }
const SSL_METHOD *use_client(void) { return SSLv23_client_method(); }
const SSL_METHOD *use_server(void) { return SSLv23_server_method(); }

#if OPENSSL_VERSION_NUMBER >= 0x10100000L
long use_dh_auto(SSL_CTX *c) { return SSL_CTX_set_dh_auto(c, 1); }
/* Before 1.1 the SDK's is a call, and OpenSSL's own writes the member. */
void use_callback(X509_STORE *s, int (*callback)(int, X509_STORE_CTX *)) { X509_STORE_set_verify_cb_func(s, callback); }
#endif
