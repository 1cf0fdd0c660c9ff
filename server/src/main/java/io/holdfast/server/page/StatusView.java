package io.holdfast.server.page;

import java.util.List;

/** What there is to say of the node, in tables of names and values. */
record StatusView(List<Label> build, List<Label> storage, List<Label> flags, Age started) {}
