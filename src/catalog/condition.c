/* Every evaluation runs in a Lua state of its own, whose memory is one block on
 * the stack: nothing of a resident outlives the call, and nothing an expression
 * does can cost more than that block and a bounded number of instructions. */

#include "catalog/condition.h"

#include <ctype.h>
#include <lauxlib.h>
#include <lua.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { MEMORY = 96 * 1024, INSTRUCTIONS = 10000, MAX_NAMES = 32, MAX_SOURCE = 2000 };

struct condition {
    char *source, *chunk; /* chunk: "return (source)" */
    char *names[MAX_NAMES];
    int name_count;
};

struct pool {
    size_t used;
    _Alignas(16) unsigned char memory[MEMORY];
};

struct run {
    fact_lookup lookup;
    void *self;
    bool unknown;
    char missing[48]; /* a name nobody knows */
};

/* Grows only; the block goes as a whole. */
static void *allocate(void *ud, void *old, size_t old_size, size_t size)
{
    struct pool *p = ud;
    if (size == 0)
        return NULL;
    if (old && size <= old_size)
        return old;
    size_t rounded = (size + 15) & ~(size_t)15;
    if (rounded < size || rounded > MEMORY - p->used)
        return NULL;
    void *new = p->memory + p->used;
    p->used += rounded;
    if (old)
        memcpy(new, old, old_size);
    return new;
}

static struct run *run_of(lua_State *L)
{
    return *(struct run **)lua_getextraspace(L);
}

static int read_fact(lua_State *L)
{
    struct run *r = run_of(L);
    struct fact f = {.kind = FACT_UNKNOWN};
    const char *name = lua_tostring(L, 2);
    if (!name || !r->lookup(r->self, name, &f)) {
        size_t len = name ? strlen(name) : 0;
        if (len >= sizeof r->missing)
            len = sizeof r->missing - 1;
        memcpy(r->missing, name ? name : "", len);
        return luaL_error(L, "no such fact");
    }
    switch (f.kind) {
    case FACT_BOOL:
        lua_pushboolean(L, f.truth);
        return 1;
    case FACT_NUMBER:
        lua_pushinteger(L, f.number);
        return 1;
    case FACT_TEXT:
        lua_pushstring(L, f.text);
        return 1;
    default:
        r->unknown = true; /* whatever would have come depends on it */
        return luaL_error(L, "not known yet");
    }
}

/* has("a,b", "a"): is the option among those ticked? */
static int has(lua_State *L)
{
    const char *set = luaL_checkstring(L, 1), *id = luaL_checkstring(L, 2);
    size_t len = strlen(id);
    bool found = false;
    while (*set && !found) {
        size_t n = strcspn(set, ",");
        found = n == len && strncmp(set, id, n) == 0;
        set += n + (set[n] == ',');
    }
    lua_pushboolean(L, found);
    return 1;
}

static void stop(lua_State *L, lua_Debug *debug)
{
    (void)debug;
    luaL_error(L, "too many steps");
}

struct call {
    const char *chunk;
    enum truth result;
};

static int protected(lua_State *L)
{
    struct call *call = lua_touserdata(L, 1);
    if (luaL_loadbufferx(L, call->chunk, strlen(call->chunk), "=condition", "t") != LUA_OK)
        return lua_error(L);
    lua_newtable(L); /* the whole world of an expression */
    lua_pushcfunction(L, has);
    lua_setfield(L, -2, "has");
    lua_newtable(L);
    lua_pushcfunction(L, read_fact);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_setupvalue(L, -2, 1);
    lua_call(L, 0, 1);
    if (!lua_isboolean(L, -1))
        return luaL_error(L, "the result is a %s, not true or false", luaL_typename(L, -1));
    call->result = lua_toboolean(L, -1) ? TRUTH_YES : TRUTH_NO;
    return 0;
}

enum truth condition_eval(const struct condition *c, fact_lookup lookup, void *self,
                          struct err *err)
{
    struct pool pool;
    struct run run = {.lookup = lookup, .self = self}, *r = &run;
    struct call call = {.chunk = c->chunk, .result = TRUTH_UNKNOWN};

    pool.used = 0;
    lua_State *L = lua_newstate(allocate, &pool);
    if (!L) {
        err_set(err, ERR_BROKEN, "condition: no memory");
        return TRUTH_UNKNOWN;
    }
    memcpy(lua_getextraspace(L), &r, sizeof r);
    lua_sethook(L, stop, LUA_MASKCOUNT, INSTRUCTIONS);
    lua_pushcfunction(L, protected);
    lua_pushlightuserdata(L, &call);
    if (lua_pcall(L, 1, 0, 0) != LUA_OK) {
        call.result = TRUTH_UNKNOWN;
        if (!run.unknown)
            /* the cause first: a long condition is cut at its end */
            err_set(err, ERR_BROKEN, "%s%s%s in: %s", lua_tostring(L, -1),
                    run.missing[0] ? ": " : "", run.missing, c->source);
    }
    /* No lua_close: everything it owns lies in the pool. */
    explicit_bzero(pool.memory, pool.used);
    return call.result;
}

static bool is_keyword(const char *word)
{
    static const char *const words[] = {"and", "or", "not", "true", "false", "nil", "has"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

static void note_name(struct condition *c, const char *start, size_t len)
{
    char *name = xstrndup(start, len);
    bool known = is_keyword(name) || c->name_count == MAX_NAMES;
    for (int i = 0; i < c->name_count && !known; i++)
        known = strcmp(c->names[i], name) == 0;
    if (known)
        free(name);
    else
        c->names[c->name_count++] = name;
}

static void collect_names(struct condition *c)
{
    for (const char *p = c->source; *p;) {
        if (*p == '\'' || *p == '"') {
            char quote = *p++;
            while (*p && *p != quote)
                p++;
            p += *p != 0;
        } else if (isalpha((unsigned char)*p) || *p == '_') {
            const char *start = p;
            while (isalnum((unsigned char)*p) || *p == '_')
                p++;
            note_name(c, start, (size_t)(p - start));
        } else if (isdigit((unsigned char)*p)) {
            while (isalnum((unsigned char)*p) || *p == '.')
                p++;
        } else {
            p++;
        }
    }
}

static int compile(lua_State *L)
{
    const char *chunk = lua_touserdata(L, 1);
    if (luaL_loadbufferx(L, chunk, strlen(chunk), "=condition", "t") != LUA_OK)
        return lua_error(L);
    return 0;
}

struct condition *condition_create(const char *lua, struct err *err)
{
    struct pool *pool = xcalloc(1, sizeof *pool);
    struct condition *c = xcalloc(1, sizeof *c);
    bool ok = false;

    c->source = xstrdup(lua);
    c->chunk = xasprintf("return (%s\n)", lua);
    /* A statement, a function or a loop has no place in a condition. */
    static const char *const banned[] = {"function", "while", "for", "repeat", "goto", "local",
                                         "return", "if", "do", "end"};
    collect_names(c);
    if (strlen(lua) > MAX_SOURCE) {
        err_set(err, ERR_REFUSED, "a condition of more than %d characters", MAX_SOURCE);
        goto out;
    }
    for (int i = 0; i < c->name_count; i++)
        for (size_t k = 0; k < ARRAY_LEN(banned); k++)
            if (strcmp(c->names[i], banned[k]) == 0) {
                err_set(err, ERR_REFUSED, "\"%s\" has no place in a condition", banned[k]);
                goto out;
            }
    lua_State *L = lua_newstate(allocate, pool);
    if (!L)
        goto out;
    lua_pushcfunction(L, compile);
    lua_pushlightuserdata(L, c->chunk);
    ok = lua_pcall(L, 1, 0, 0) == LUA_OK;
    if (!ok)
        err_set(err, ERR_REFUSED, "%s", lua_tostring(L, -1));
out:
    free(pool);
    if (!ok) {
        condition_destroy(c);
        return NULL;
    }
    return c;
}

void condition_destroy(struct condition *c)
{
    if (!c)
        return;
    for (int i = 0; i < c->name_count; i++)
        free(c->names[i]);
    free(c->source);
    free(c->chunk);
    free(c);
}

const char *condition_source(const struct condition *c)
{
    return c->source;
}

int condition_names(const struct condition *c, const char *const **names)
{
    *names = (const char *const *)c->names;
    return c->name_count;
}
