from symlag import block, heavy_ball, invariant_loss, noether, rotation


def test_rotation_meets_neither_ksb_nor_weight_decay():
    W = block("W", 3, 5)
    law = noether(heavy_ball().lagrangian(invariant_loss("f", rotation(W)), [W]), rotation(W))
    assert law.source == 0
    assert law.rate != 0
    assert law.defect() == 0
