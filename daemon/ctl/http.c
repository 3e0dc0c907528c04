#include "http.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

#define CONNECT_SECONDS 5L
#define REQUEST_SECONDS 60L
#define ANSWER_MAX ((size_t)64 << 20)

struct http {
    CURL *curl;
    const char *address;
    char *body; /* of the last answer */
    size_t length, room;
    char error[CURL_ERROR_SIZE];
};

/* Takes n bytes of an answer; fewer taken than given makes curl give up. */
static size_t take_body(char *p, size_t one, size_t n, void *ctx)
{
    struct http *h = ctx;
    n *= one;
    if (n > ANSWER_MAX - h->length)
        return 0;
    if (h->length + n > h->room) {
        size_t room = 2 * (h->length + n);
        char *grown = realloc(h->body, room);
        if (!grown)
            return 0;
        h->body = grown;
        h->room = room;
    }
    memcpy(h->body + h->length, p, n);
    h->length += n;
    return n;
}

/* What holds for every request of the client. */
static void set_defaults(struct http *h)
{
    curl_easy_reset(h->curl);
    curl_easy_setopt(h->curl, CURLOPT_ERRORBUFFER, h->error);
    curl_easy_setopt(h->curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(h->curl, CURLOPT_WRITEDATA, h);
    curl_easy_setopt(h->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(h->curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(h->curl, CURLOPT_PROTOCOLS_STR, "http");
    curl_easy_setopt(h->curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
    curl_easy_setopt(h->curl, CURLOPT_TIMEOUT, REQUEST_SECONDS);
    curl_easy_setopt(h->curl, CURLOPT_USERAGENT, "footfallctl/" FF_VERSION);
}

struct http *http_new(const char *address)
{
    struct http *h = calloc(1, sizeof(*h));
    if (!h)
        return NULL;
    h->address = address;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
        h->curl = curl_easy_init();
    if (!h->curl)
        http_free(&h);
    return h;
}

void http_free(struct http **h)
{
    if (!*h)
        return;
    curl_easy_cleanup((*h)->curl);
    curl_global_cleanup();
    free((*h)->body);
    free(*h);
    *h = NULL;
}

/* Sends what is set and reads the answer. */
static bool perform(struct http *h, const char *path, struct http_answer *out, char *why,
                    size_t size)
{
    char url[4096];
    if ((size_t)snprintf(url, sizeof(url), "http://%s%s", h->address, path) >= sizeof(url)) {
        snprintf(why, size, "the request is too long");
        return false;
    }
    curl_easy_setopt(h->curl, CURLOPT_URL, url);
    h->length = 0;
    h->error[0] = '\0';
    CURLcode code = curl_easy_perform(h->curl);
    if (code != CURLE_OK) {
        snprintf(why, size, "%s: %s", h->address,
                 h->error[0] ? h->error : curl_easy_strerror(code));
        return false;
    }
    long status = 0;
    curl_off_t retry_after = 0;
    curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(h->curl, CURLINFO_RETRY_AFTER, &retry_after);
    *out = (struct http_answer){(int)status, (long)retry_after, {h->body, h->length}};
    return true;
}

bool http_get(struct http *h, const char *path, struct http_answer *out, char *why, size_t size)
{
    set_defaults(h);
    return perform(h, path, out, why, size);
}

bool http_post(struct http *h, const char *path, const char *content_type, struct ff_span body,
               struct http_answer *out, char *why, size_t size)
{
    char type[128];
    snprintf(type, sizeof(type), "Content-Type: %s", content_type);
    /* Without "Expect:" curl would wait for a 100 before each body. */
    struct curl_slist *headers = curl_slist_append(NULL, type);
    struct curl_slist *all = headers ? curl_slist_append(headers, "Expect:") : NULL;
    if (!all) {
        curl_slist_free_all(headers);
        snprintf(why, size, "out of memory");
        return false;
    }
    set_defaults(h);
    curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, all);
    curl_easy_setopt(h->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
    curl_easy_setopt(h->curl, CURLOPT_POSTFIELDS, body.p);
    bool answered = perform(h, path, out, why, size);
    curl_slist_free_all(all);
    return answered;
}

uint64_t http_header_number(const struct http *h, const char *name)
{
    struct curl_header *header;
    if (curl_easy_header(h->curl, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
        return 0;
    char *end;
    uint64_t number = strtoull(header->value, &end, 10);
    return *end == '\0' && header->value[0] != '-' ? number : 0;
}

bool http_escape(const char *value, char *out, size_t size)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t n = 0;
    for (; *value; value++) {
        unsigned char c = (unsigned char)*value;
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     c == '-' || c == '.' || c == '_' || c == '~' || c == ':';
        if (n + (plain ? 1 : 3) >= size)
            return false;
        if (!plain)
            out[n++] = '%';
        if (!plain)
            out[n++] = hex[c >> 4];
        out[n++] = plain ? (char)c : hex[c & 15];
    }
    out[n] = '\0';
    return true;
}
