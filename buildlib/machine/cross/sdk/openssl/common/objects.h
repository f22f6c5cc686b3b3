#ifndef SDK_OPENSSL_OBJECTS_H
#define SDK_OPENSSL_OBJECTS_H

#define NID_commonName 13
#define NID_subject_alt_name 85
#define NID_X9_62_prime256v1 415

#endif
