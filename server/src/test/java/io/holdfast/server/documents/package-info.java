/**
 * The documents of the repository, checked as tests: links, anchors, runbooks, reasons for
 * dependencies. The commands in them are executed by {@code ReadmeIT} and {@code SecureReadmeIT}.
 */
@NullMarked
package io.holdfast.server.documents;

import org.jspecify.annotations.NullMarked;
