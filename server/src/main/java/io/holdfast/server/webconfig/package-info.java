/**
 * The file that {@code --web.config.file} names, in the format of Prometheus's exporter-toolkit:
 * reads it strictly, and follows its changes and those of the files that it names.
 *
 * <p>{@code Gatekeeper} puts what the file asks for between clients and the handlers: TLS, rate
 * limit, headers, passwords. A file that becomes bad while the node runs changes nothing: the last
 * good one stays in use, and a metric says so. A node never starts with a bad one.
 *
 * <p>How passwords are checked is in {@code access}, how TLS is made in {@code tls}; neither knows
 * this file.
 */
@NullMarked
package io.holdfast.server.webconfig;

import org.jspecify.annotations.NullMarked;
