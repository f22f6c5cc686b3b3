/* Stand-in: the version as Cyrus SASL's header tells it. */
#define SASL_VERSION_MAJOR 2
#define SASL_VERSION_MINOR 1
#define SASL_VERSION_STEP 26
