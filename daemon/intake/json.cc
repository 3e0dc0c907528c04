#include "json.h"

#include <simdjson.h>

#include <memory>
#include <new>

/* Only simdjson's first stage is used: it is what makes it fast, it is chosen for the processor at
 * run time, and it reads the whole document, so nothing broken passes unseen. The walk over its
 * tokens is ours: it borrows strings from the message, keeps numbers as they were written, and
 * sees repeated keys. */
struct json_index {
    std::unique_ptr<simdjson::internal::dom_parser_implementation> stage;
};

static constexpr size_t least_capacity = 64;
static constexpr size_t depth_of_stage_two = 1; /* which is not run */

struct json_index *json_index_new(size_t capacity)
{
    auto *index = new (std::nothrow) json_index;
    if (!index)
        return nullptr;
    auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(
        capacity < least_capacity ? least_capacity : capacity, depth_of_stage_two, index->stage);
    if (error) {
        delete index;
        return nullptr;
    }
    return index;
}

void json_index_free(struct json_index **index)
{
    delete *index;
    *index = nullptr;
}

static enum ff_status status_of(simdjson::error_code error)
{
    switch (error) {
    case simdjson::SUCCESS:
        return FF_OK;
    case simdjson::EMPTY:
        return FF_EMPTY;
    case simdjson::UTF8_ERROR:
        return FF_NOT_UTF8;
    case simdjson::CAPACITY:
        return FF_BODY_TOO_LARGE;
    default:
        return FF_MALFORMED;
    }
}

enum ff_status json_index_run(struct json_index *index, struct ff_span text, const uint32_t **at,
                              size_t *n)
{
    auto &stage = *index->stage;
    auto error = stage.stage1(reinterpret_cast<const uint8_t *>(text.p), text.n,
                              simdjson::stage1_mode::regular);
    *at = stage.structural_indexes.get();
    *n = stage.n_structural_indexes;
    return status_of(error);
}
