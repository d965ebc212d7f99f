/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The calls of backend/engine/engine.h, answered in the process itself, for tests of what uses an engine: linked in, it takes the
 * place of the real client. Containers are files in the folder that the environment variable FAKE_ENGINE names: the file's
 * name is the id, its text "NAME IMAGE-ID", and "foreign" where another command line made it than the one in the file "command" beside
 * the folder, a word a line, "damaged" where the engine knows no more of it than that it never ran, "ailing" where it knows no more than
 * that it runs, "storage" where only its storage knows of it, and "making" where it does so until
 * somebody else has made it; names given to images are files ".name REPOSITORY:TAG" that hold the image's id. So
 * a command under test can make one. Without the variable no engine answers. */

/* The one image that is here: its id; NULL: none. And more of them. */
void fake_engine_set_image(const char *id);
void fake_engine_add_image(const char *id);
/* A registry has an image by this reference, which gets this id; NULL: it has none. What was pulled is a file ".pulled ID", and is named as
 * the files say. */
void fake_engine_set_registry(const char *reference, const char *id);
