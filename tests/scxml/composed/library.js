// What the blocks of the application share.
function copied(value) {
    return eval(value.toSource());
}

function firstOf(value, otherwise) {
    return typeof value == 'undefined' || value == null || value === '' ? otherwise : value;
}

function Attempts(most) {
    this.most = most;
    this.count = 0;
}
Attempts.prototype.again = function () {
    this.count = this.count + 1;
    return this.count < this.most;
};
