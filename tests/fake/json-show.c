/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/fake/json-show.h"

static void show_text(struct str *out, const char *text, size_t n) {
        str_add(out, "\"");
        for (size_t i = 0; i < n; i++) {
                if (text[i] == '"' || text[i] == '\\')
                        str_add(out, "\\");
                str_add_bytes(out, text + i, 1);
        }
        str_add(out, "\"");
}

void json_show(struct str *out, const struct json_value *value) {
        bool object = value->shape == SHAPE_OBJECT;
        switch (value->shape) {
        case SHAPE_NULL: str_add(out, "null"); return;
        case SHAPE_BOOLEAN: str_add(out, value->truth ? "true" : "false"); return;
        case SHAPE_INTEGER:
        case SHAPE_FRACTION: str_add(out, value->text); return;
        case SHAPE_TEXT: show_text(out, value->text, value->n); return;
        default: break;
        }
        str_add(out, object ? "{" : "[");
        size_t n = 0;
        for (const struct json_value *v = value->first; v; v = v->next) {
                str_add(out, n++ ? "," : "");
                if (object) {
                        show_text(out, v->name, strlen(v->name));
                        str_add(out, ":");
                }
                json_show(out, v);
        }
        if (n != value->n)
                abort();
        str_add(out, object ? "}" : "]");
}
