#ifndef SDK_OPENSSL_SSL_H
#define SDK_OPENSSL_SSL_H

#include <openssl/options.h>
#include <openssl/pem.h>

#define SSL_FILETYPE_PEM X509_FILETYPE_PEM
#if OPENSSL_VERSION_NUMBER < 0x10100000L
#define SSL_MODE_AUTO_RETRY 0x00000004L
#else
#define SSL_MODE_AUTO_RETRY 0x00000004U
#endif
#define SSL_SENT_SHUTDOWN 1
#define SSL_RECEIVED_SHUTDOWN 2
#define SSL_SESS_CACHE_OFF 0x0000
#define SSL_SESS_CACHE_SERVER 0x0002
#define SSL_VERIFY_NONE 0x00
#define SSL_VERIFY_PEER 0x01

#define SSL_ERROR_NONE 0
#define SSL_ERROR_SSL 1
#define SSL_ERROR_WANT_READ 2
#define SSL_ERROR_WANT_WRITE 3
#define SSL_ERROR_WANT_X509_LOOKUP 4
#define SSL_ERROR_SYSCALL 5
#define SSL_ERROR_ZERO_RETURN 6

#define SSL_ST_CONNECT 0x1000
#define SSL_ST_ACCEPT 0x2000
#define SSL_ST_MASK 0x0FFF
#define SSL_CB_LOOP 0x01
#define SSL_CB_EXIT 0x02
#define SSL_CB_READ 0x04
#define SSL_CB_ALERT 0x4000

int SSL_CIPHER_get_bits(const SSL_CIPHER *, int *);
const char *SSL_CIPHER_get_name(const SSL_CIPHER *);

STACK_OF(SSL_COMP) *SSL_COMP_get_compression_methods(void);
#define sk_SSL_COMP_num(st) SDK_SK_NUM(st)

int SSL_CTX_check_private_key(const SSL_CTX *);
long SSL_CTX_ctrl(SSL_CTX *, int, long, void *);
void SSL_CTX_free(SSL_CTX *);
X509 *SSL_CTX_get0_certificate(const SSL_CTX *);
X509_STORE *SSL_CTX_get_cert_store(const SSL_CTX *);
int SSL_CTX_load_verify_locations(SSL_CTX *, const char *, const char *);
SSL_CTX *SSL_CTX_new(const SSL_METHOD *);
void SSL_CTX_set_cert_verify_callback(SSL_CTX *, int (*)(X509_STORE_CTX *, void *), void *);
int SSL_CTX_set_cipher_list(SSL_CTX *, const char *);
void SSL_CTX_set_client_CA_list(SSL_CTX *, STACK_OF(X509_NAME) *);
void SSL_CTX_set_info_callback(SSL_CTX *, void (*)(const SSL *, int, int));
void SSL_CTX_set_quiet_shutdown(SSL_CTX *, int);
int SSL_CTX_set_session_id_context(SSL_CTX *, const unsigned char *, unsigned int);
long SSL_CTX_set_timeout(SSL_CTX *, long);
void SSL_CTX_set_verify(SSL_CTX *, int, int (*)(int, X509_STORE_CTX *));
int SSL_CTX_use_PrivateKey_file(SSL_CTX *, const char *, int);
int SSL_CTX_use_certificate_chain_file(SSL_CTX *, const char *);
int SSL_CTX_use_certificate_file(SSL_CTX *, const char *, int);

#define SSL_CTRL_SET_TMP_DH 3
#define SSL_CTRL_SET_TMP_ECDH 4
#define SSL_CTRL_MODE 33
#define SSL_CTRL_SET_SESS_CACHE_SIZE 42
#define SSL_CTRL_SET_SESS_CACHE_MODE 44
#define SSL_CTRL_SET_TLSEXT_HOSTNAME 55
#define SSL_CTRL_CLEAR_MODE 78
#define TLSEXT_NAMETYPE_host_name 0
#define SSL_CTX_clear_mode(ctx, mode) SSL_CTX_ctrl((ctx), SSL_CTRL_CLEAR_MODE, (mode), NULL)
#define SSL_CTX_get_mode(ctx) SSL_CTX_ctrl((ctx), SSL_CTRL_MODE, 0, NULL)
#define SSL_CTX_sess_set_cache_size(ctx, size) SSL_CTX_ctrl((ctx), SSL_CTRL_SET_SESS_CACHE_SIZE, (size), NULL)
#define SSL_CTX_set_mode(ctx, mode) SSL_CTX_ctrl((ctx), SSL_CTRL_MODE, (mode), NULL)
#define SSL_CTX_set_session_cache_mode(ctx, mode) SSL_CTX_ctrl((ctx), SSL_CTRL_SET_SESS_CACHE_MODE, (mode), NULL)
#define SSL_CTX_set_tmp_dh(ctx, dh) SSL_CTX_ctrl((ctx), SSL_CTRL_SET_TMP_DH, 0, (char *)(dh))
#define SSL_CTX_set_tmp_ecdh(ctx, key) SSL_CTX_ctrl((ctx), SSL_CTRL_SET_TMP_ECDH, 0, (char *)(key))
#define SSL_set_tlsext_host_name(ssl, name) SSL_ctrl((ssl), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, (void *)(name))

int SSL_accept(SSL *);
const char *SSL_alert_desc_string_long(int);
const char *SSL_alert_type_string_long(int);
int SSL_check_private_key(const SSL *);
int SSL_clear(SSL *);
int SSL_connect(SSL *);
long SSL_ctrl(SSL *, int, long, void *);
void SSL_free(SSL *);
const SSL_CIPHER *SSL_get_current_cipher(const SSL *);
int SSL_get_error(const SSL *, int);
void *SSL_get_ex_data(const SSL *, int);
int SSL_get_ex_data_X509_STORE_CTX_idx(void);
int SSL_get_rfd(const SSL *);
long SSL_get_verify_result(const SSL *);
const char *SSL_get_version(const SSL *);
int SSL_get_wfd(const SSL *);
STACK_OF(X509_NAME) *SSL_load_client_CA_file(const char *);
SSL *SSL_new(SSL_CTX *);
int SSL_pending(const SSL *);
int SSL_read(SSL *, void *, int);
void SSL_set_accept_state(SSL *);
int SSL_set_cipher_list(SSL *, const char *);
void SSL_set_connect_state(SSL *);
int SSL_set_ex_data(SSL *, int, void *);
int SSL_set_rfd(SSL *, int);
void SSL_set_verify(SSL *, int, int (*)(int, X509_STORE_CTX *));
int SSL_set_wfd(SSL *, int);
int SSL_shutdown(SSL *);
const char *SSL_state_string_long(const SSL *);
int SSL_use_PrivateKey_file(SSL *, const char *, int);
int SSL_use_certificate_file(SSL *, const char *, int);
int SSL_write(SSL *, const void *, int);

#define SSLeay_add_ssl_algorithms() SSL_library_init()

#if OPENSSL_VERSION_NUMBER < 0x10100000L
int SSL_library_init(void);
void SSL_load_error_strings(void);
const SSL_METHOD *SSLv23_client_method(void);
const SSL_METHOD *SSLv23_server_method(void);
void SSL_CTX_set_tmp_rsa_callback(SSL_CTX *, RSA *(*)(SSL *, int, int));
int SSL_get_ex_new_index(long, void *, CRYPTO_EX_new *, CRYPTO_EX_dup *, CRYPTO_EX_free *);

#define SSL_CTRL_OPTIONS 32
#define SSL_CTRL_SET_ECDH_AUTO 94
#define SSL_CTX_set_ecdh_auto(ctx, on) SSL_CTX_ctrl((ctx), SSL_CTRL_SET_ECDH_AUTO, (on), NULL)
#define SSL_CTX_set_options(ctx, options) SSL_CTX_ctrl((ctx), SSL_CTRL_OPTIONS, (options), NULL)
#define SSL_set_options(ssl, options) SSL_ctrl((ssl), SSL_CTRL_OPTIONS, (options), NULL)
#else
#define OPENSSL_INIT_LOAD_SSL_STRINGS 0x00200000L
int OPENSSL_init_ssl(uint64_t, const OPENSSL_INIT_SETTINGS *);
#define SSL_library_init() OPENSSL_init_ssl(0, NULL)
#define SSL_load_error_strings() OPENSSL_init_ssl(OPENSSL_INIT_LOAD_SSL_STRINGS | OPENSSL_INIT_LOAD_CRYPTO_STRINGS, NULL)
const SSL_METHOD *TLS_client_method(void);
const SSL_METHOD *TLS_server_method(void);
#define SSLv23_client_method TLS_client_method
#define SSLv23_server_method TLS_server_method
/* There is nothing to set any more; the callback must still be one. */
#define SSL_CTX_set_tmp_rsa_callback(ctx, callback) while (0) (callback)(NULL, 0, 0)
#define SSL_get_ex_new_index(argl, argp, new, dup, free) CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL, argl, argp, new, dup, free)

#define SSL_CTRL_SET_DH_AUTO 118
#define SSL_CTX_set_dh_auto(ctx, on) SSL_CTX_ctrl((ctx), SSL_CTRL_SET_DH_AUTO, (on), NULL)
#define SSL_CTX_set_ecdh_auto(ctx, on) ((on) != 0)
int SSL_CTX_set_ciphersuites(SSL_CTX *, const char *);
int SSL_set_ciphersuites(SSL *, const char *);

#define DANE_FLAG_NO_DANE_EE_NAMECHECKS (1L << 0)
int SSL_CTX_dane_enable(SSL_CTX *);
int SSL_dane_enable(SSL *, const char *);
unsigned long SSL_dane_set_flags(SSL *, unsigned long);
int SSL_dane_tlsa_add(SSL *, uint8_t, uint8_t, uint8_t, const unsigned char *, size_t);
int SSL_get0_dane_authority(SSL *, X509 **, EVP_PKEY **);
int SSL_get0_dane_tlsa(SSL *, uint8_t *, uint8_t *, uint8_t *, const unsigned char **, size_t *);
#if OPENSSL_VERSION_NUMBER < 0x30000000L
#define SSL_F_DANE_CTX_ENABLE 347
#define SSL_F_SSL_DANE_ENABLE 395
unsigned long SSL_CTX_set_options(SSL_CTX *, unsigned long);
unsigned long SSL_set_options(SSL *, unsigned long);
#else
#define SSL_F_DANE_CTX_ENABLE 0
#define SSL_F_SSL_DANE_ENABLE 0
uint64_t SSL_CTX_set_options(SSL_CTX *, uint64_t);
uint64_t SSL_set_options(SSL *, uint64_t);
#endif
#endif

#if OPENSSL_VERSION_NUMBER < 0x30000000L
X509 *SSL_get_peer_certificate(const SSL *);
#else
X509 *SSL_get1_peer_certificate(const SSL *);
#define SSL_get_peer_certificate SSL_get1_peer_certificate
#endif

#endif
