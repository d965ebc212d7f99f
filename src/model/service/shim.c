/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/service/shim.h"

#include <ctype.h>

bool shim_name_valid(const char *tool) {
        size_t n = strlen(tool);
        if (n == 0 || n > 64 || !isalnum((unsigned char) tool[0]))
                return false;
        for (const char *c = tool; *c; c++)
                if (!isascii(*c) || (!isalnum((unsigned char) *c) && !strchr("._+-", *c)))
                        return false;
        return true;
}

char *shim_text(const char *service, const char *tool) {
        return str_printf("#!/bin/sh\n"
                          "# Written by fairlead: %s of the service %s, in its container.\n"
                          "# \"fairlead shims %s --remove\" and an uninstall of the service remove it.\n"
                          "exec fairlead exec %s -- %s \"$@\"\n",
                          tool, service, service, service, tool);
}

bool shim_is_of(const char *text, const char *service, const char *tool) {
        _cleanup_free_ char *own = shim_text(service, tool);
        return strcmp(text, own) == 0;
}
