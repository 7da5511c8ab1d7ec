using Signalbox.Inference.Threading;
using Signalbox.Inference.Training.Layers;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Training.Adapters;

/// <summary>
/// 4-bit NormalFloat with double quantization (Dettmers et al. 2023, arXiv:2305.14314, section 3 and appendix E): blocks of 64 values with one scale,
/// whose levels are quantiles of a normal distribution; the scales, less their mean, in 8 bits by groups of 256 with one F32 each. 4.127 bits a value.
/// </summary>
internal sealed unsafe class Nf4Weights : FrozenWeights
{
    public const int Block = 64;
    public const int Group = 256;

    private readonly NativeBuffer _codes;
    private readonly NativeBuffer _scales;
    private readonly NativeBuffer _groups;
    private readonly float _mean;

    /// <param name="rows">Of the matrix.</param>
    /// <param name="columns">Even.</param>
    /// <param name="source">Asked for everything twice: for the scales, then for the values.</param>
    public Nf4Weights(int rows, int columns, ValueSource source)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(columns % 2, 0, nameof(columns));
        (Rows, Columns) = (rows, columns);
        var count = (long)rows * columns;
        var blocks = (count + Block - 1) / Block;
        _codes = new NativeBuffer(blocks * Block / 2);
        _scales = new NativeBuffer(blocks);
        _groups = NativeBuffer.OfFloats((blocks + Group - 1) / Group, 1);
        var values = new float[Piece];
        var largest = new float[blocks];
        for (var at = 0L; at < count; at += Piece)
        {
            var part = Read(source, values, at, count);
            for (var i = 0; i < part.Length; i += Block)
            {
                foreach (var value in part[i..Math.Min(part.Length, i + Block)])
                {
                    ref var most = ref largest[(at + i) / Block];
                    most = Math.Max(most, MathF.Abs(value));
                }
            }
        }

        _mean = largest.Average();
        QuantizeScales(largest);
        for (var at = 0L; at < count; at += Piece)
        {
            Encode(Read(source, values, at, count), at);
        }
    }

    /// <summary>The levels of the paper's appendix E.</summary>
    public static ReadOnlySpan<float> Levels =>
    [
        -1f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f, -0.28444138169288635f, -0.18477343022823334f, -0.09105003625154495f, 0f,
        0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f, 0.33791524171829224f, 0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1f,
    ];

    public override int Rows { get; }

    public override int Columns { get; }

    public override long Bytes => _codes.Bytes + _scales.Bytes + _groups.Bytes + sizeof(float);

    public long Blocks => _scales.Bytes;

    /// <summary>What the levels of a block are multiplied with.</summary>
    public float Scale(long block) => _mean + ((sbyte*)_scales.Data)[block] * _groups.Floats[block / Group];

    /// <summary>The level that is nearest to a value from -1 to 1.</summary>
    public static int Nearest(float value)
    {
        var levels = Levels;
        int low = 0, high = levels.Length - 1;
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            (low, high) = value >= levels[middle] ? (middle, high) : (low, middle);
        }

        return value - levels[low] <= levels[high] - value ? low : high;
    }

    public override void Dequantize(int first, int count, float* target, WorkerPool pool) => RowLoop.Run(pool, count, From(first, target));

    public override void DequantizeRow(int row, float* target) => From(row, target).Take(0);

    public override void Dispose()
    {
        _codes.Dispose();
        _scales.Dispose();
        _groups.Dispose();
    }

    private Work From(int first, float* target) => new()
    {
        Codes = _codes.Data,
        Scales = (sbyte*)_scales.Data,
        Groups = _groups.Floats,
        Mean = _mean,
        First = first,
        Columns = Columns,
        Target = target,
    };

    private static Span<float> Read(ValueSource source, float[] values, long at, long count)
    {
        var part = values.AsSpan(0, (int)Math.Min(Piece, count - at));
        source(at, part);
        return part;
    }

    private void QuantizeScales(float[] largest)
    {
        for (var start = 0; start < largest.Length; start += Group)
        {
            var group = largest.AsSpan(start, Math.Min(Group, largest.Length - start));
            var most = 0f;
            foreach (var scale in group)
            {
                most = Math.Max(most, MathF.Abs(scale - _mean));
            }

            _groups.Floats[start / Group] = most / sbyte.MaxValue;
            for (var i = 0; i < group.Length; i++)
            {
                ((sbyte*)_scales.Data)[start + i] = most == 0 ? (sbyte)0 : (sbyte)MathF.Round((group[i] - _mean) * sbyte.MaxValue / most);
            }
        }
    }

    /// <summary>Levels are chosen for the scale as it was stored, so that its error is not added to theirs.</summary>
    private void Encode(ReadOnlySpan<float> values, long at)
    {
        for (var i = 0; i < values.Length; i += 2)
        {
            var scale = Scale((at + i) / Block);
            var inverse = scale == 0 ? 0 : 1 / scale;
            _codes.Data[(at + i) / 2] = (byte)(Nearest(values[i] * inverse) | (Nearest(values[i + 1] * inverse) << 4));
        }
    }

    private struct Work : IRowWork
    {
        public byte* Codes;
        public sbyte* Scales;
        public float* Groups;
        public float Mean;
        public int First;
        public int Columns;
        public float* Target;

        public readonly void Take(int row)
        {
            var table = stackalloc float[16];
            var target = Target + (long)row * Columns;
            var at = (long)(First + row) * Columns;
            for (var end = at + Columns; at < end;)
            {
                var block = at / Block;
                var scale = Mean + Scales[block] * Groups[block / Group];
                for (var level = 0; level < 16; level++)
                {
                    table[level] = Levels[level] * scale;
                }

                for (var stop = Math.Min(end, (block + 1) * Block); at < stop; at += 2, target += 2)
                {
                    var codes = Codes[at / 2];
                    target[0] = table[codes & 15];
                    target[1] = table[codes >> 4];
                }
            }
        }
    }
}
