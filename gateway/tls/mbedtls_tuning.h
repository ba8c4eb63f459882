#pragma once

// What a build of mbedTLS for the gateway changes in mbedTLS's own configuration, 2.28 or 3.6; it
// is read at that configuration's end (-DSLUICE_MBEDTLS_SOURCE, see toolchains/README.md). The
// distribution's library knows nothing of it.

// Record buffers shrink after the handshake to what the device asked for (maximum fragment length,
// RFC 6066, section 4): with 4,096 bytes two of 4.5 KiB instead of two of 16.7 KiB.
#define MBEDTLS_SSL_VARIABLE_BUFFER_LENGTH

// One context serves all connections, and its handshakes run on several threads.
#define MBEDTLS_THREADING_C
#define MBEDTLS_THREADING_PTHREAD

// No code for what the gateway never agrees to: old versions, datagrams, key exchanges without
// forward secrecy but those of a pre-shared key, ciphers without authentication, curves that nobody
// signs with.
#undef MBEDTLS_SSL_PROTO_TLS1
#undef MBEDTLS_SSL_PROTO_TLS1_1
#undef MBEDTLS_SSL_CBC_RECORD_SPLITTING
#undef MBEDTLS_SSL_ENCRYPT_THEN_MAC
#undef MBEDTLS_SSL_FALLBACK_SCSV
#undef MBEDTLS_SSL_TRUNCATED_HMAC
#undef MBEDTLS_SSL_RENEGOTIATION
#undef MBEDTLS_SSL_EXPORT_KEYS
#undef MBEDTLS_SSL_CONTEXT_SERIALIZATION
#undef MBEDTLS_SSL_EARLY_DATA
#undef MBEDTLS_SSL_CACHE_C
#undef MBEDTLS_SSL_COOKIE_C
#undef MBEDTLS_SSL_PROTO_DTLS
#undef MBEDTLS_SSL_DTLS_ANTI_REPLAY
#undef MBEDTLS_SSL_DTLS_BADMAC_LIMIT
#undef MBEDTLS_SSL_DTLS_CLIENT_PORT_REUSE
#undef MBEDTLS_SSL_DTLS_CONNECTION_ID
#undef MBEDTLS_SSL_DTLS_CONNECTION_ID_COMPAT
#undef MBEDTLS_SSL_DTLS_HELLO_VERIFY

#undef MBEDTLS_KEY_EXCHANGE_DHE_PSK_ENABLED
#undef MBEDTLS_KEY_EXCHANGE_RSA_PSK_ENABLED
#undef MBEDTLS_KEY_EXCHANGE_RSA_ENABLED
#undef MBEDTLS_KEY_EXCHANGE_DHE_RSA_ENABLED
#undef MBEDTLS_KEY_EXCHANGE_ECDH_ECDSA_ENABLED
#undef MBEDTLS_KEY_EXCHANGE_ECDH_RSA_ENABLED
#undef MBEDTLS_DHM_C

#undef MBEDTLS_ARC4_C
#undef MBEDTLS_ARIA_C
#undef MBEDTLS_BLOWFISH_C
#undef MBEDTLS_CAMELLIA_C
#undef MBEDTLS_DES_C
#undef MBEDTLS_XTEA_C
#undef MBEDTLS_MD5_C
#undef MBEDTLS_RIPEMD160_C
#undef MBEDTLS_ECP_DP_SECP192R1_ENABLED
#undef MBEDTLS_ECP_DP_SECP224R1_ENABLED
#undef MBEDTLS_ECP_DP_SECP192K1_ENABLED
#undef MBEDTLS_ECP_DP_SECP224K1_ENABLED
#undef MBEDTLS_ECP_DP_SECP256K1_ENABLED
#undef MBEDTLS_ECP_DP_BP256R1_ENABLED
#undef MBEDTLS_ECP_DP_BP384R1_ENABLED
#undef MBEDTLS_ECP_DP_BP512R1_ENABLED
#undef MBEDTLS_ECP_DP_CURVE448_ENABLED

// Nor for what a library offers other programs.
#undef MBEDTLS_CERTS_C
#undef MBEDTLS_DEBUG_C
#undef MBEDTLS_ECJPAKE_C
#undef MBEDTLS_GENPRIME
#undef MBEDTLS_LMS_C
#undef MBEDTLS_NET_C
#undef MBEDTLS_PADLOCK_C
#undef MBEDTLS_PKCS7_C
#undef MBEDTLS_SELF_TEST
#undef MBEDTLS_TIMING_C
#undef MBEDTLS_VERSION_FEATURES
#undef MBEDTLS_X509_CSR_PARSE_C
#undef MBEDTLS_X509_CSR_WRITE_C
