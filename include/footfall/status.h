/* Status: the one list of reasons. Refusals, drops and failures name a row of it, and its
 * code is what clients, logs and metrics show. Codes are stable; prose may change. */
#ifndef FOOTFALL_STATUS_H
#define FOOTFALL_STATUS_H

/* X(name, code, HTTP status of a request that fails whole for it, prose) */
#define FF_STATUS_TABLE(X)                                                                       \
    X(OK, "ok", 200, "ok")                                                                       \
    /* the message as a whole */                                                                 \
    X(MALFORMED, "malformed", 400, "the body is not well-formed")                                \
    X(NOT_UTF8, "not_utf8", 400, "text is not valid UTF-8")                                      \
    X(TOO_DEEP, "too_deep", 400, "nested too deep")                                              \
    X(EMPTY, "empty", 400, "no event in the body")                                               \
    X(BATCH_TOO_LARGE, "batch_too_large", 413, "more events than ingest.max_batch")              \
    X(BODY_TOO_LARGE, "body_too_large", 413, "the body is larger than ingest.max_body")          \
    X(HEADER_TOO_LARGE, "header_too_large", 431, "the header is too large")                      \
    X(UNSUPPORTED_TYPE, "unsupported_type", 415, "this content type is not taken")               \
    X(UNSUPPORTED_ENCODING, "unsupported_encoding", 415, "this content encoding is not taken")   \
    X(NOT_FOUND, "not_found", 404, "there is nothing here")                                      \
    X(METHOD_NOT_ALLOWED, "method_not_allowed", 405, "this method is not allowed here")          \
    X(BAD_REQUEST, "bad_request", 400, "the request is not well-formed HTTP")                    \
    X(UNAUTHORIZED, "unauthorized", 401, "a token is needed")                                    \
    X(FOREIGN_ORIGIN, "foreign_origin", 403, "browsers on other pages may not do this")          \
    X(KEY_NEEDED, "key_needed", 401, "this needs a key of the site")                             \
    X(WRONG_KEY, "wrong_key", 401, "no site has this key")                                       \
    X(KEY_LACKS_RIGHT, "key_lacks_right", 403, "the key has no right to send this for the site") \
    X(TIMED_OUT, "timed_out", 408, "the request took too long")                                  \
    X(BAD_PARAMETER, "bad_parameter", 400, "a parameter is not valid")                           \
    /* one field of a beacon */                                                                  \
    X(NOT_AN_OBJECT, "not_an_object", 400, "an event is one flat object")                        \
    X(MISSING, "missing", 400, "required")                                                       \
    X(UNKNOWN_TYPE, "unknown_type", 400, "no such event type")                                   \
    X(UNKNOWN_SITE, "unknown_site", 400, "no such site")                                         \
    X(DUPLICATE_KEY, "duplicate_key", 400, "given twice")                                        \
    X(WRONG_TYPE, "wrong_type", 400, "not of the right type")                                    \
    X(BAD_ID, "bad_id", 400, "an id is 1 to 128 bytes")                                          \
    X(BAD_TIME, "bad_time", 400, "neither Unix time nor RFC 3339")                               \
    X(TOO_OLD, "too_old", 400, "older than ingest.max_age; import it instead")                   \
    X(BAD_NUMBER, "bad_number", 400, "not an integer in range")                                  \
    X(BAD_DECIMAL, "bad_decimal", 400, "not a decimal with at most 4 places")                    \
    X(OUT_OF_RANGE, "out_of_range", 400, "out of range")                                         \
    X(BAD_CURRENCY, "bad_currency", 400, "no ISO 4217 currency code")                            \
    X(BAD_CHOICE, "bad_choice", 400, "not one of the words it may be")                           \
    X(BAD_ITEMS, "bad_items", 400, "items are an array of flat objects")                         \
    X(TOO_MANY_ITEMS, "too_many_items", 400, "more than 1000 items")                             \
    X(TOO_MANY_FIELDS, "too_many_fields", 400, "more fields than an event may have")             \
    /* taken, but dropped or apart */                                                            \
    X(DUPLICATE, "duplicate", 200, "an event with this id was taken before")                     \
    X(DUPLICATE_ORDER, "duplicate_order", 200, "an order with this id was taken before")         \
    X(LATE, "late", 200, "came after the visitor's story was settled")                           \
    X(STRAY, "stray", 200, "a ping that belongs to no session")                                  \
    X(BOT, "bot", 200, "a program has sent it, or a page that nobody sees")                      \
    X(NOT_ALLOWED, "not_allowed", 403, "the sender is not in ingest.udp_allow")                  \
    X(OPTED_OUT, "opted_out", 200, "the sender asks not to be tracked, and the site drops that")  \
    /* the daemon's own trouble */                                                               \
    X(STARTING, "starting", 503, "the state is being restored")                                  \
    X(STOPPING, "stopping", 503, "the daemon is stopping")                                       \
    X(BUSY, "busy", 503, "too much is waiting")                                                  \
    X(STORE_FULL, "store_full", 503, "the disk of the store is full")                            \
    X(STORE_FAILED, "store_failed", 503, "the store cannot be written")                          \
    X(STORE_AWAY, "store_away", 503, "the store cannot be reached")                              \
    X(STORE_FENCED, "store_fenced", 503, "another daemon has taken the store over")              \
    X(STORE_LOCKED, "store_locked", 503, "another process holds the store")                      \
    X(STORE_CORRUPT, "store_corrupt", 503, "the store is damaged")                               \
    X(STORE_VERSION, "store_version", 503, "the store was written by another version")           \
    X(NO_MEMORY, "no_memory", 503, "out of memory")                                              \
    X(INTERNAL, "internal", 500, "an error of the daemon's own")

enum ff_status {
#define X(name, code, http, prose) FF_##name,
    FF_STATUS_TABLE(X)
#undef X
    FF_STATUS_COUNT
};

/* The stable code, never NULL. */
const char *ff_status_code(enum ff_status s);

/* A sentence for people, never NULL. */
const char *ff_status_prose(enum ff_status s);

/* The HTTP status of a request that fails whole for this reason. */
int ff_status_http(enum ff_status s);

#endif
