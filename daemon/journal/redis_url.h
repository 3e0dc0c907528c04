/* Where a Redis server is, as a text says it:
 *
 *   redis://[[user][:password]@]host[:port][/db]
 *   unix://[[user][:password]@]/path/of.sock[?db=N]
 *
 * user, password, host and path may hold %XX. An IPv6 address stands in brackets. */
#ifndef FOOTFALL_REDIS_URL_H
#define FOOTFALL_REDIS_URL_H

#include <stdbool.h>
#include <stddef.h>

#define REDIS_URL_PORT 6379
#define REDIS_URL_DB_MAX 65535u
/* Bytes that hold what redis_url_show writes. */
#define REDIS_URL_SHOWN 320

struct redis_url {
    char host[256];     /* empty: path is given */
    char port[6];       /* digits */
    char path[108];     /* of a unix socket, or empty */
    char user[129];     /* empty: the default user */
    char password[513]; /* empty: no AUTH is sent, so a user needs one */
    unsigned db;
};

/* Reads text. False when it is none of the above; why says so without the password. */
bool redis_url_parse(const char *text, struct redis_url *out, char *why, size_t size);

/* Takes the password from the first line of a file instead. False, with a sentence, when it cannot be
 * read, is empty or too long. */
bool redis_url_password_file(struct redis_url *u, const char *file, char *why, size_t size);

/* Writes the server's address without user and password: for logs. Gives out. */
const char *redis_url_show(const struct redis_url *u, char out[REDIS_URL_SHOWN]);

#endif
