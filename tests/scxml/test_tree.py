"""Elements as XML text: what is written is read again as it was."""

from hypothesis import given
from hypothesis import strategies as st

from frontdesk.scxml.tree import Element, as_xml, read_tree

texts = st.text(st.sampled_from("ab &<>\"'\n\r\t]é\U0001f600"), max_size=8)


@given(texts, texts, texts)
def test_what_is_written_is_read_as_it_was(value: str, namespace: str, said: str) -> None:
    space = f"urn:{namespace.replace(' ', '')}"
    element = read_tree(b"<a><b/></a>", "any.xml")
    element.attributes |= {"plain": value, f"{{{space}}}named": value}
    inner = element.children[0]
    assert isinstance(inner, Element)
    inner.namespace = space
    inner.children.append(f"x{said}")
    again = read_tree(as_xml(element).encode(), "any.xml")
    assert again.attributes == element.attributes
    found = again.children[0]
    assert isinstance(found, Element)
    assert found.namespace == space
    assert found.text() == f"x{said}"
