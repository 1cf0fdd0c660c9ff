/**
 * The access control: passwords against bcrypt hashes, without delay for other clients, and a token
 * bucket.
 *
 * <p>Of HTTP, this room knows only the form of an {@code Authorization} header. It does not know
 * where users come from.
 */
@NullMarked
package io.holdfast.server.access;

import org.jspecify.annotations.NullMarked;
