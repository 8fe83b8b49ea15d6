# SPDX-License-Identifier: BSL-1.0
"""Reads a loop of AVX2 instructions as g++ writes them, and follows what is in the registers."""

import ctypes
import re
import struct
import sys

# The arrays, by the registers in which their three pointers come.
ARRAYS = {'rdi': 'x', 'rsi': 'dy', 'rdx': 'dx'}
VECTOR = 8
# As the processor numbers them.
COMPARISONS = {'1': '<', '17': '<', '14': '>', '30': '>'}


class Loop:
    """The innermost loop over vectors, what stands in front of it, and the constants."""

    def __init__(self, text):
        lines = [line.strip() for line in text.splitlines()]
        self.constants = constants_of(lines)
        begin, end = innermost_loop(lines)
        function = max(at for at in range(begin) if lines[at].startswith('.LFB'))
        self.before = instructions(lines[function:begin])
        self.body = instructions(lines[begin:end])


def constants_of(lines):
    """The bits of the first number at each label."""
    constants = {}
    for line, after in zip(lines, lines[1:]):
        label = re.fullmatch(r'(\.LC\d+):', line)
        number = re.match(r'\.long\s+(-?\d+)', after)
        if label and number:
            constants[label[1]] = int(number[1])
    for line in lines:
        if match := re.fullmatch(r'\.set\s+(\.LC\d+),(\.LC\d+)', line):
            constants[match[1]] = constants[match[2]]
    return constants


def innermost_loop(lines):
    """From where to where: the fewest lines between a label and a jump back to it."""
    labels = {line[:-1]: at for at, line in enumerate(lines) if line.endswith(':')}
    loops = []
    for at, line in enumerate(lines):
        match = re.fullmatch(r'j(?!mp)\w+\s+(\.L\w+)', line)
        begin = labels.get(match[1], at) if match else at
        if begin < at and any('ymm' in each for each in lines[begin:at]):
            loops.append((begin, at + 1))
    if not loops:
        sys.exit('there is no loop over vectors in what the compiler wrote')
    return min(loops, key=lambda loop: loop[1] - loop[0])


def instructions(lines):
    return [' '.join(line.split()) for line in lines if not re.match(r'\.|.*:$', line)]


def parts(instruction):
    mnemonic, _, operands = instruction.partition(' ')
    return mnemonic, operands.split(', ')


def shortest(bits):
    """A float with as few digits as tell it from others."""
    value, = struct.unpack('<f', struct.pack('<i', bits))
    if value.is_integer() and 0 < abs(value) < 1e9:
        return f'{value:.0f}'
    texts = (f'{value:.{digits}g}' for digits in range(1, 10))
    return next(text for text in texts if ctypes.c_float(float(text)).value == value)


class Reader:
    """Knows of each register the name of the value in it, and of which of two vectors that is."""

    def __init__(self, loop, names):
        self.loop = loop
        self.wanted = names  # of expressions
        self.names = {}  # those that were given
        self.arrays = dict(ARRAYS)
        self.distances = {}  # of registers from where the loop is in the array, in bytes
        self.registers = {}
        for instruction in loop.before:
            self.prepare(*parts(instruction))
        written_in_loop = {parts(each)[1][0] for each in loop.body}
        # Constants that stay in a register.
        self.held = {register: name for register, (name, _) in self.registers.items()
                     if register not in written_in_loop
                     and any(re.search(rf'\b{register}\b', each) for each in loop.body)}

    def prepare(self, mnemonic, operands):
        if mnemonic == 'mov' and operands[1] in self.arrays:
            self.arrays[operands[0]] = self.arrays[operands[1]]
        elif mnemonic == 'lea' and (match := re.fullmatch(r'(\d+)\[(\w+)\]', operands[1])):
            if match[2] in self.arrays:
                self.arrays[operands[0]] = self.arrays[match[2]]
                self.distances[operands[0]] = int(match[1])
        elif mnemonic in ('vbroadcastss', 'vmovaps', 'vxorps'):
            self.read(mnemonic, operands)

    def value(self, operand):
        """The name of an operand and its vector; 0 for what belongs to both."""
        operand = re.sub(r'^xmm', 'ymm', operand)
        if operand in self.registers:
            return self.registers[operand]
        if match := re.search(r'(\.LC\d+)\[rip\]$', operand):
            return shortest(self.loop.constants[match[1]]), 0
        array, distance = self.place(re.search(r'PTR (-?\d*)\[(\w+)', operand))
        return array, 1 + distance // (4 * VECTOR)

    def place(self, match):
        """An array, and how many bytes from where the loop is in it."""
        return self.arrays[match[2]], int(match[1] or 0) + self.distances.get(match[2], 0)

    def name_of(self, expression):
        if (is_number(expression) or expression in self.arrays.values()
                or expression in self.names.values()):
            return expression
        if expression not in self.names:
            self.names[expression] = self.wanted.get(expression, f't{len(self.names)}')
        return self.names[expression]

    def read(self, mnemonic, operands):
        """What an instruction computes: (name, expression, vector)."""
        target, *sources = operands
        # On the stack a value is kept (vmovaps) under its address, as if that were a register.
        if mnemonic == 'vmovups' and 'PTR' in target:
            name, vector = self.value(sources[0])
            return f'{self.value(target)[0]}, stored', name, vector
        if mnemonic == 'vxorps' and len(set(operands)) == 1:
            values = [('0', 0)]
        else:
            # A multiply-add reads its target too.
            used = operands if 'madd' in mnemonic else sources
            values = [self.value(each) for each in used if not each.isdigit()]
        vector = max(which for _, which in values)
        expression = written(mnemonic, [name for name, _ in values], operands)
        name = self.name_of(expression)
        self.registers[re.sub('^xmm', 'ymm', target)] = (name, vector)
        return name, expression, vector

    def lines(self):
        """Each instruction of the loop, with what it computes."""
        distances = dict(self.distances)
        lines = []
        for each in self.loop.body:
            lines.append(f'{self.without_labels(each):44} ; {self.comment(*parts(each))}')
        self.distances = distances
        return lines

    def comment(self, mnemonic, operands):
        if mnemonic.startswith('prefetch'):
            array, _ = self.place(re.search(r'(-?\d*)\[(\w+)', operands[0]))
            return f'   asks for {array} a page later'
        if mnemonic == 'add' and operands[0] in self.distances:
            self.distances[operands[0]] += int(operands[1])
        if not mnemonic.startswith('v'):
            words = {'add': 'the next 16 numbers', 'cmp': 'whether that was all'}
            return f'   {words.get(mnemonic, "if not, again")}'
        name, expression, vector = self.read(mnemonic, operands)
        computed = '' if name == expression or name.endswith('stored') else f' = {expression}'
        return f'{vector or " "}  {name}{computed}'

    def without_labels(self, instruction):
        """With constants and arrays instead of the compiler's labels and registers."""
        def constant(match):
            return f'[{shortest(self.loop.constants[match[1]])}]'

        def array(match):
            name, distance = self.place(match)
            return f'[{name} + 4*rax{f" + {distance}" if distance else ""}]'

        text = re.sub(r'\w+ PTR (\.LC\d+)\[rip\]', constant, instruction)
        text = re.sub(r'(?:\w+ PTR )?(-?\d*)\[(r\w+)(?:\+rax\*4)?\]', array, text)
        return re.sub(r'\.L\d+$', 'loop', text)


def is_number(name):
    return bool(re.fullmatch(r'-?\d[\d.e+-]*', name))


def product(a, b):
    return ' * '.join(sorted([a, b], key=lambda name: (is_number(name), name)))


def plus(a, b):
    a, b = sorted([a, b], key=is_number)
    return f'{a} - {b[1:]}' if is_number(b) and b.startswith('-') else f'{a} + {b}'


def written(mnemonic, values, operands):
    """The expression that an instruction computes; equal ones are written equally."""
    if mnemonic in ('vmovups', 'vmovaps', 'vbroadcastss', 'vxorps'):
        return values[0]
    if match := re.fullmatch(r'vf(n?)madd(132|213|231)ps', mnemonic):
        # Its digits are the factors and then the summand.
        a, b, c = (values[int(digit) - 1] for digit in match[2])
        return f'{c} - {product(a, b)}' if match[1] else plus(product(a, b), c)
    if mnemonic == 'vpslld':
        return f'bits of {values[0]} << {operands[2]}'
    a, b, *mask = values
    if mnemonic in ('vorps', 'vandps'):
        return f'bits of {f" {mnemonic[1:-2]} ".join(sorted([a, b], key=is_number))}'
    forms = {
        'vaddps': plus(a, b), 'vsubps': f'{a} - {b}', 'vmulps': product(a, b),
        'vdivps': f'{a} / {b}', 'vmaxps': f'max({a}, {b})', 'vminps': f'min({a}, {b})',
    }
    if mask:
        forms['vblendvps'] = f'{mask[0]} ? {b} : {a}'
    if operands[-1] in COMPARISONS:
        forms['vcmpps'] = f'{a} {COMPARISONS[operands[-1]]} {b}'
    return forms[mnemonic]
