using System.Globalization;

namespace Signalbox.Inference.Grammars.Terminals;

/// <summary>What a number must be. Bounds are decimals of any length that <see cref="decimal"/> holds.</summary>
/// <param name="IsInteger">Whether it has no fraction.</param>
/// <param name="Minimum">Null for none.</param>
/// <param name="ExcludesMinimum">Whether the minimum itself is out.</param>
/// <param name="Maximum">Null for none.</param>
/// <param name="ExcludesMaximum">Whether the maximum itself is out.</param>
/// <param name="MultipleOf">Above 0; null for none.</param>
internal readonly record struct NumberRange(bool IsInteger, decimal? Minimum, bool ExcludesMinimum, decimal? Maximum, bool ExcludesMaximum, decimal? MultipleOf)
{
    public bool Holds(decimal value) =>
        (!IsInteger || value == decimal.Truncate(value))
        && !(value < Minimum) && !(ExcludesMinimum && value == Minimum)
        && !(value > Maximum) && !(ExcludesMaximum && value == Maximum)
        && (MultipleOf is not { } step || (step > 0 && value % step == 0));
}

/// <summary>
/// The decimal numbers of a range, without exponent unless the range is everything. They have at most 15 significant digits, so that readers that keep
/// doubles read the same number, on the same side of every bound.
/// </summary>
internal sealed class NumberAutomaton
{
    private const int MaximumStates = 16_384;
    private const int MaximumDigits = 15;
    private const int MaximumFraction = 10;

    private readonly ByteAutomaton.Builder _builder = new();
    private readonly Dictionary<string, int> _states = [];
    private readonly Queue<(int State, List<Way> Ways)> _pending = new();
    private readonly Side[] _sides;
    private readonly bool _isInteger;
    private readonly int _maximumDigits;
    private readonly int _scale;
    private readonly long _step;

    private NumberAutomaton(NumberRange range, int maximumDigits)
    {
        _isInteger = range.IsInteger;
        _maximumDigits = maximumDigits;
        (_step, _scale) = range.MultipleOf is { } step ? Scaled(step) : (1, MaximumFraction);

        // A minus sign needs a number below zero: "-0" is no way to write one.
        _sides =
        [
            new Side(range.Minimum is > 0 ? range.Minimum.Value : 0, range.Minimum is >= 0 && range.ExcludesMinimum, range.Maximum, range.ExcludesMaximum),
            new Side(
                range.Maximum is < 0 ? -range.Maximum.Value : 0,
                range.Maximum is not < 0 || range.ExcludesMaximum,
                -range.Minimum,
                range.ExcludesMinimum),
        ];
    }

    /// <summary>The numbers of a range; null where there are none, or where telling them apart takes too many states.</summary>
    public static ByteAutomaton? Build(NumberRange range, out bool tooLarge)
    {
        tooLarge = false;
        var least = 1;
        foreach (var bound in (ReadOnlySpan<decimal?>)[range.Minimum, range.Maximum, range.MultipleOf])
        {
            least = Math.Max(least, Digits(Math.Abs(bound ?? 0)).Whole.Length + 1);
        }

        foreach (var digits in (ReadOnlySpan<int>)[MaximumDigits, Math.Min(MaximumDigits, least)])
        {
            var automaton = new NumberAutomaton(range, digits);
            if (automaton._step < MaximumStates && automaton.Build(range))
            {
                return automaton._builder.Build();
            }
        }

        tooLarge = true;
        return null;
    }

    private bool Build(NumberRange range)
    {
        var minus = _builder.Add();
        _builder.Edge(0, (byte)'-', (byte)'-', minus);
        _pending.Enqueue((0, Starts(0)));
        _pending.Enqueue((minus, Starts(1)));
        var exponent = range is { IsInteger: false, Minimum: null, Maximum: null, MultipleOf: null } ? AddExponent() : -1;
        while (_pending.TryDequeue(out var at))
        {
            if (_builder.Count > MaximumStates)
            {
                return false;
            }

            if (at.Ways.Exists(Accepts))
            {
                _builder.Accept(at.State);
                if (exponent >= 0)
                {
                    _builder.Edge(at.State, (byte)'E', (byte)'E', exponent);
                    _builder.Edge(at.State, (byte)'e', (byte)'e', exponent);
                }
            }

            Expand(at.State, at.Ways);
        }

        return true;
    }

    private int AddExponent()
    {
        var (mark, sign, first, second) = (_builder.Add(), _builder.Add(), _builder.Add(), _builder.Add());
        _builder.Edge(mark, (byte)'+', (byte)'+', sign);
        _builder.Edge(mark, (byte)'-', (byte)'-', sign);
        _builder.Edge(mark, (byte)'0', (byte)'9', first);
        _builder.Edge(sign, (byte)'0', (byte)'9', first);
        _builder.Edge(first, (byte)'0', (byte)'9', second);
        _builder.Accept(first);
        _builder.Accept(second);
        return mark;
    }

    /// <summary>One way per length of the whole part that the side has room for.</summary>
    private List<Way> Starts(int side)
    {
        var bounds = _sides[side];
        var starts = new List<Way>();
        for (var length = 1; length <= _maximumDigits; length++)
        {
            if (length >= bounds.Low.Whole.Length && (bounds.High is not { } high || length <= high.Whole.Length))
            {
                starts.Add(new Way(side, length, 0, false, bounds.High is not { } top || length < top.Whole.Length, 0));
            }
        }

        return starts;
    }

    private void Expand(int from, List<Way> ways)
    {
        var next = new List<Way>();
        for (var digit = 0; digit <= 9; digit++)
        {
            next.Clear();
            foreach (var way in ways)
            {
                if (Read(way, digit) is { } read)
                {
                    next.Add(read);
                }
            }

            Link(from, (byte)('0' + digit), next);
        }

        if (_isInteger)
        {
            return;
        }

        next.Clear();
        foreach (var way in ways)
        {
            if (way.Read == way.Length && !way.InFraction && FractionOf(way) > 0)
            {
                next.Add(way with { InFraction = true });
            }
        }

        Link(from, (byte)'.', next);
    }

    private void Link(int from, byte next, List<Way> ways)
    {
        if (ways.Count == 0)
        {
            return;
        }

        var key = Key(ways);
        if (!_states.TryGetValue(key, out var state))
        {
            state = _builder.Add();
            _states.Add(key, state);
            _pending.Enqueue((state, [.. ways]));
        }

        _builder.Edge(from, next, next, state);
    }

    private static string Key(List<Way> ways) => string.Create(ways.Count * 2, ways, static (key, ways) =>
    {
        for (var i = 0; i < ways.Count; i++)
        {
            var way = ways[i];
            var flags = way.Side | (way.InFraction ? 2 : 0) | (way.Above ? 4 : 0) | (way.Below ? 8 : 0);
            key[2 * i] = (char)(flags | (way.Length << 4) | (way.Read << 9));
            key[(2 * i) + 1] = (char)way.Rest;
        }
    });

    /// <summary>Digits that a fraction may have behind a whole part.</summary>
    private int FractionOf(Way way) => Math.Min(_scale, MaximumDigits - way.Length);

    private Way? Read(Way way, int digit)
    {
        var whole = !way.InFraction;
        if (whole ? way.Read == way.Length || (digit == 0 && way.Read == 0 && way.Length > 1) : way.Read - way.Length == FractionOf(way))
        {
            return null;
        }

        var side = _sides[way.Side];
        var (above, below) = (way.Above, way.Below);
        if (!above)
        {
            var bound = side.Low.At(way.Read, way.Length);
            if (digit < bound)
            {
                return null;
            }

            above = digit > bound;
        }

        if (!below)
        {
            var bound = side.High!.Value.At(way.Read, way.Length);
            if (digit > bound)
            {
                return null;
            }

            below = digit < bound;
        }

        return way with { Read = way.Read + 1, Above = above, Below = below, Rest = ((way.Rest * 10) + digit) % _step };
    }

    private bool Accepts(Way way)
    {
        var fraction = way.Read - way.Length;
        if (fraction < 0 || (way.InFraction && fraction == 0))
        {
            return false;
        }

        var side = _sides[way.Side];
        var isAbove = way.Above || (side.Low.IsZeroFrom(fraction) && !side.ExcludesLow);
        var isBelow = way.Below || !side.High!.Value.IsZeroFrom(fraction) || !side.ExcludesHigh;
        var rest = way.Rest;
        for (var i = fraction; _step > 1 && i < _scale; i++)
        {
            rest = rest * 10 % _step;
        }

        return isAbove && isBelow && rest == 0;
    }

    /// <summary>A step as a whole number of its last decimals.</summary>
    private static (long Step, int Scale) Scaled(decimal step)
    {
        var scale = 0;
        while (step != decimal.Truncate(step) && scale < MaximumFraction)
        {
            step *= 10;
            scale++;
        }

        return step > 0 && step == decimal.Truncate(step) && step < MaximumStates ? ((long)step, scale) : (long.MaxValue, scale);
    }

    private static Decimals Digits(decimal value)
    {
        var text = value.ToString("0.############################", CultureInfo.InvariantCulture);
        var point = text.IndexOf('.');
        return point < 0 ? new Decimals(text, "") : new Decimals(text[..point], text[(point + 1)..]);
    }

    /// <param name="Whole">Digits before the point, without leading zeros.</param>
    /// <param name="Fraction">Digits behind it, without trailing zeros.</param>
    private readonly record struct Decimals(string Whole, string Fraction)
    {
        /// <summary>The digit at a place of a number whose whole part has so many digits.</summary>
        public int At(int place, int length)
        {
            var index = place - (length - Whole.Length);
            return index < 0 ? 0
                : index < Whole.Length ? Whole[index] - '0'
                : index - Whole.Length < Fraction.Length ? Fraction[index - Whole.Length] - '0' : 0;
        }

        public bool IsZeroFrom(int fraction) => Fraction.Length <= fraction;
    }

    /// <summary>The numbers of one sign, by their size.</summary>
    private sealed class Side(decimal low, bool excludesLow, decimal? high, bool excludesHigh)
    {
        public Decimals Low { get; } = Digits(low);

        public bool ExcludesLow => excludesLow;

        /// <summary>"-1" stands for nothing at all: no whole part is that short.</summary>
        public Decimals? High { get; } = high is not { } top ? null : top < 0 ? new Decimals("", "") : Digits(top);

        public bool ExcludesHigh => excludesHigh;
    }

    /// <summary>One reading of the digits so far.</summary>
    /// <param name="Side">0 for numbers from 0 up, 1 for those below.</param>
    /// <param name="Length">Digits that the whole part will have.</param>
    /// <param name="Read">Digits read.</param>
    /// <param name="Above">Whether they are above the lower bound's.</param>
    /// <param name="Below">Whether they are below the upper bound's.</param>
    /// <param name="Rest">The remainder of what was read.</param>
    private readonly record struct Way(int Side, int Length, int Read, bool Above, bool Below, long Rest)
    {
        public bool InFraction { get; init; }
    }
}
