/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/store/services.h"

#include <dirent.h>
#include <fcntl.h>

#include "backend/format/emit.h"
#include "backend/io/files.h"

static int open_services(const struct paths *paths, struct error **reterr) {
        _cleanup_free_ char *path = str_printf("%s/services", paths->state);
        return files_open_root(path, reterr);
}

/* The file of a service's record, or NULL: the name becomes part of a path, so it must be a valid one. */
static char *services_file_of(const char *name) {
        return service_name_valid(name) ? str_printf("%s.json", name) : NULL;
}

static int read_record(int folder, const char *file, struct service **ret, struct error **reterr) {
        _cleanup_free_ char *text = NULL;
        size_t n;
        int r = files_read(folder, file, SERVICE_BYTES_MAX, &text, &n, reterr);
        return r < 0 ? r : service_parse(text, n, ret, reterr);
}

/* The folder if this record is in it (the caller closes), or negative. */
static int open_with(const struct paths *paths, const char *file) {
        _cleanup_close_ int folder = file ? open_services(paths, NULL) : -1;
        bool there = folder >= 0 && faccessat(folder, file, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
        return there ? TAKE_FD(folder) : -ENOENT;
}

int services_visible(const struct paths *paths, struct error **reterr) {
        struct error *e = NULL;
        _cleanup_close_ int folder = open_services(paths, &e);
        if (folder != -EACCES) {
                error_free(e);
                return 0;
        }
        error_wrap(&e, -EACCES, "The services of this host cannot be seen");
        error_hint(&e, "Only root may look at them: run fairlead as root");
        return error_take(reterr, e);
}

int services_read(const struct paths *paths, const char *name, struct service **ret, struct error **reterr) {
        _cleanup_free_ char *file = services_file_of(name);
        if (!file)
                return error_set(reterr, -ENOENT, "\"%s\" is not the name of a service", name);
        int r = services_visible(paths, reterr);
        if (r < 0)
                return r;
        _cleanup_close_ int folder = open_with(paths, file);
        if (folder < 0) {
                error_set(reterr, -ENOENT, "No service named %s is installed", name);
                error_hint(reterr, "fairlead services lists those that are");
                return -ENOENT;
        }
        r = read_record(folder, file, ret, reterr);
        return r < 0 ? error_wrap(reterr, r, "The record of the service %s cannot be read", name) : 0;
}

bool services_exists(const struct paths *paths, const char *name) {
        _cleanup_free_ char *file = services_file_of(name);
        _cleanup_close_ int folder = open_with(paths, file);
        return folder >= 0;
}

struct service_list *services_list(const struct paths *paths, struct error **reterr) {
        struct service_list *list = new0(struct service_list);
        _cleanup_free_ char *path = str_printf("%s/services", paths->state);
        DIR *d = opendir(path);
        for (struct dirent *item; d && list->n < SERVICES_MAX && (item = readdir(d));) {
                if (item->d_name[0] == '.' || !str_ends(item->d_name, ".json"))
                        continue;
                struct service *service = NULL;
                _cleanup_error_ struct error *broken = NULL;
                if (read_record(dirfd(d), item->d_name, &service, &broken) >= 0)
                        service_list_take(list, service);
                else if (reterr && !*reterr) {
                        error_wrap(&broken, -EINVAL, "The record %s/services/%s cannot be read", paths->state,
                                   item->d_name);
                        *reterr = TAKE(broken);
                }
        }
        if (d)
                closedir(d);
        service_list_sort(list);
        return list;
}

int services_write(const struct paths *paths, const struct service *service, struct error **reterr) {
        _cleanup_free_ char *file = services_file_of(service->name), *text = emit_service(service);
        if (!file)
                return error_set(reterr, -EINVAL, "The service cannot be recorded");
        _cleanup_close_ int folder = open_services(paths, reterr);
        return folder < 0 ? folder : files_write(folder, file, text, strlen(text), 0600, reterr);
}

int services_remove(const struct paths *paths, const char *name, struct error **reterr) {
        _cleanup_free_ char *file = services_file_of(name);
        _cleanup_close_ int folder = file ? open_services(paths, reterr) : -1;
        return folder < 0 ? -ENOENT : files_remove(folder, file, reterr);
}
