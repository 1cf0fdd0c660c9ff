/** Tests of the archive as its users have it: unpacked, read-only, beside nothing but a JRE. */
package io.holdfast.dist;
