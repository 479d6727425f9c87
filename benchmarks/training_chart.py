def chart(curves, tokens):
    return "<svg/>"
