/**
 * The file that {@code --web.config.file} names, in the format of Prometheus's exporter-toolkit:
 * reads it strictly, and follows its changes and those of the files that it names.
 */
@NullMarked
package io.holdfast.server.webconfig;

import org.jspecify.annotations.NullMarked;
