#include "country.h"

#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct countries {
    MMDB_s db;
};

/* Why a file is refused. */
struct refusal {
    const char *file;
    char *why;
    size_t size;
};

static bool refused(const struct refusal *r, const char *what)
{
    snprintf(r->why, r->size, "%s: %s", r->file, what);
    return false;
}

static bool refused_for(const struct refusal *r, int error)
{
    snprintf(r->why, r->size, "%s: not a whole database in MaxMind's format: %s", r->file,
             MMDB_strerror(error));
    return false;
}

/* Copies a file's bytes into a file of memory; its descriptor, or a negative errno. */
static int copy_file(const char *file)
{
    int from = io_system.open(&io_system, file, O_RDONLY, 0);
    int64_t left = from < 0 ? from : io_system.size(&io_system, from);
    int to = left < 0 ? (int)left : memfd_create("countries", MFD_CLOEXEC);
    if (to < 0 && left >= 0)
        to = -errno;
    if (to >= 0 && (uint64_t)left > COUNTRIES_MAX_BYTES) {
        close(to);
        to = -EFBIG;
    }
    uint8_t bytes[1 << 16];
    for (uint64_t at = 0; to >= 0;) {
        ssize_t n = io_read_all(&io_system, from, bytes, sizeof bytes, at);
        if (n == 0)
            break;
        int result = n < 0 ? (int)n : io_write_all(&io_system, to, bytes, (size_t)n, at);
        if (result < 0) {
            close(to);
            to = result;
            break;
        }
        at += (uint64_t)n;
    }
    if (from >= 0)
        io_system.close(&io_system, from);
    return to;
}

static bool open_copy(struct countries *c, const struct refusal *r)
{
    int copy = copy_file(r->file);
    if (copy < 0) {
        snprintf(r->why, r->size, "%s: cannot be read: %s", r->file, strerror(-copy));
        return false;
    }
    char name[64];
    snprintf(name, sizeof name, "/proc/self/fd/%d", copy);
    int error = MMDB_open(name, MMDB_MODE_MMAP, &c->db);
    close(copy);
    if (error == MMDB_SUCCESS)
        return true;
    c->db.filename = NULL;
    return refused_for(r, error);
}

/* The code of a record; {NULL, 0} where it has none. */
static struct ff_span code_of(MMDB_entry_s *entry, int *error)
{
    MMDB_entry_data_s data;
    *error = MMDB_get_value(entry, &data, "country", "iso_code", NULL);
    if (*error == MMDB_LOOKUP_PATH_DOES_NOT_MATCH_DATA_ERROR)
        *error = MMDB_SUCCESS;
    else if (*error == MMDB_SUCCESS && data.has_data && data.type == MMDB_DATA_TYPE_UTF8_STRING &&
             data.data_size == 2)
        return ff_span_of(data.utf8_string, 2);
    return ff_span_of(NULL, 0);
}

/* What has been looked through: a bit a byte of the data, at which a record begins. */
struct inspection {
    MMDB_s *db;
    const struct refusal *refusal;
    uint8_t *seen;
    size_t bits;
    bool countries;
};

/* Reads a record whole, unless that has been done. */
static bool inspect_record(struct inspection *in, MMDB_entry_s *entry)
{
    size_t at = entry->offset;
    if (at >= in->bits)
        return refused(in->refusal, "broken: a record lies behind its end");
    if (in->seen[at / 8] & 1u << at % 8)
        return true;
    in->seen[at / 8] |= (uint8_t)(1u << at % 8);
    MMDB_entry_data_list_s *list = NULL;
    int error = MMDB_get_entry_data_list(entry, &list);
    MMDB_free_entry_data_list(list);
    if (error == MMDB_SUCCESS && code_of(entry, &error).n)
        in->countries = true;
    return error == MMDB_SUCCESS || refused_for(in->refusal, error);
}

static bool inspect_side(struct inspection *in, uint64_t record, uint8_t type, MMDB_entry_s *entry)
{
    if (type == MMDB_RECORD_TYPE_DATA)
        return inspect_record(in, entry);
    if (type == MMDB_RECORD_TYPE_INVALID ||
        (type == MMDB_RECORD_TYPE_SEARCH_NODE && record >= in->db->metadata.node_count))
        return refused(in->refusal, "broken: its tree leads nowhere");
    return true;
}

/* Looks at all nodes of the tree, and at all records that they lead to. */
static bool inspect_nodes(struct inspection *in)
{
    for (uint32_t i = 0; i < in->db->metadata.node_count; i++) {
        MMDB_search_node_s node;
        int error = MMDB_read_node(in->db, i, &node);
        if (error != MMDB_SUCCESS)
            return refused_for(in->refusal, error);
        if (!inspect_side(in, node.left_record, node.left_record_type, &node.left_record_entry) ||
            !inspect_side(in, node.right_record, node.right_record_type, &node.right_record_entry))
            return false;
    }
    return in->countries || refused(in->refusal, "has no countries");
}

static bool inspect(struct countries *c, const struct refusal *r)
{
    struct inspection in = {.db = &c->db, .refusal = r, .bits = c->db.data_section_size};
    in.seen = calloc(in.bits / 8 + 1, 1);
    bool ok = in.seen ? inspect_nodes(&in) : refused(r, "out of memory");
    free(in.seen);
    return ok;
}

struct countries *countries_new(const char *file, char *why, size_t size)
{
    struct refusal r = {file, why, size};
    struct countries *c = calloc(1, sizeof *c);
    if (!c)
        refused(&r, "out of memory");
    else if (!open_copy(c, &r) || !inspect(c, &r))
        countries_free(&c);
    return c;
}

void countries_free(struct countries **c)
{
    if (!*c)
        return;
    if ((*c)->db.filename)
        MMDB_close(&(*c)->db);
    free(*c);
    *c = NULL;
}

/* The IPv4 address that an IPv6 one stands for (::ffff:a.b.c.d); false where it stands for itself. */
static bool unmapped(const struct sockaddr *address, struct sockaddr_in *out)
{
    if (address->sa_family != AF_INET6)
        return false;
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)address;
    if (!IN6_IS_ADDR_V4MAPPED(&six->sin6_addr))
        return false;
    *out = (struct sockaddr_in){.sin_family = AF_INET};
    memcpy(&out->sin_addr, six->sin6_addr.s6_addr + 12, 4);
    return true;
}

struct ff_span countries_find(const struct countries *c, const struct sockaddr *address)
{
    struct sockaddr_in four;
    int error = MMDB_SUCCESS;
    if (address->sa_family != AF_INET && address->sa_family != AF_INET6)
        return ff_span_of(NULL, 0);
    if (unmapped(address, &four))
        address = (const struct sockaddr *)(const void *)&four;
    MMDB_lookup_result_s found = MMDB_lookup_sockaddr(&c->db, address, &error);
    if (error != MMDB_SUCCESS || !found.found_entry)
        return ff_span_of(NULL, 0);
    return code_of(&found.entry, &error);
}
