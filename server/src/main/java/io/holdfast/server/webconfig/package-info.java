/**
 * The file that {@code --web.config.file} names, in the format of Prometheus's exporter-toolkit.
 * This room reads the file strictly, and follows its changes and those of the files that it names.
 *
 * <p>{@code Gatekeeper} puts TLS, rate limit, headers and passwords between clients and the
 * handlers. A file that becomes bad while the node runs changes nothing: the last good
 * configuration stays in use, and a metric reports the bad one. A node never starts with a bad
 * file.
 *
 * <p>One thread looks at the files every second ({@code LiveWebConfig}). A file that cannot be read
 * counts as bad. Requests are checked on the thread that read them, and never wait for that file.
 *
 * <p>{@code access} checks passwords, and {@code tls} makes TLS connections. Neither knows this
 * file.
 */
@NullMarked
package io.holdfast.server.webconfig;

import org.jspecify.annotations.NullMarked;
