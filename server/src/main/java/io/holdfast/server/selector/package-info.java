/**
 * Selectors of groups in Prometheus's syntax, over the labels of grouping keys.
 *
 * <p>A selector is read once and then matches any number of keys. Regular expressions take time in
 * proportion to the text (RE2), so no pattern of a client stops a node.
 *
 * <p>This room knows no HTTP and no store.
 */
@NullMarked
package io.holdfast.server.selector;

import org.jspecify.annotations.NullMarked;
