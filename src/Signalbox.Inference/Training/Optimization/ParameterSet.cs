using System.Text;
using Signalbox.Inference.Sampling;
using Signalbox.Inference.Training.Products;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Training.Optimization;

/// <summary>What a parameter is before it has values.</summary>
/// <param name="Name">As in GGUF.</param>
/// <param name="Rows">1 for a vector.</param>
/// <param name="Columns">The fastest-varying size.</param>
/// <param name="Decays">Whether weight decay pulls it to zero: matrices yes, norms no.</param>
/// <param name="Deviation">Of the normal distribution that it starts with; 0 for a constant.</param>
/// <param name="Mean">Of the same.</param>
internal sealed record ParameterSpec(string Name, int Rows, int Columns, bool Decays, float Deviation, float Mean = 0);

/// <summary>A tensor that learns.</summary>
internal sealed unsafe class Parameter(ParameterSpec spec, long offset, float* values, float* gradients)
{
    private readonly float* _values = values;
    private readonly float* _gradients = gradients;

    public string Name => spec.Name;

    public int Rows => spec.Rows;

    public int Columns => spec.Columns;

    public bool Decays => spec.Decays;

    /// <summary>Where it starts in the memory of its set, in values.</summary>
    public long Offset => offset;

    /// <summary>The number of values.</summary>
    public long Count => (long)spec.Rows * spec.Columns;

    /// <summary>Sizes as GGUF has them, fastest-varying first.</summary>
    public long[] Dimensions => spec.Rows == 1 ? [spec.Columns] : [spec.Columns, spec.Rows];

    public FloatMatrix Values => new(_values, spec.Rows, spec.Columns);

    public FloatMatrix Gradients => new(_gradients, spec.Rows, spec.Columns);

    public Span<float> ValueSpan => new(_values, checked((int)Count));

    public Span<float> GradientSpan => new(_gradients, checked((int)Count));
}

/// <summary>Named tensors that learn, in memory of their own: values and gradients each in one piece, every tensor aligned to 64 bytes.</summary>
internal sealed unsafe class ParameterSet : IDisposable
{
    private const int Alignment = 16;

    private readonly NativeBuffer _values;
    private readonly NativeBuffer _gradients;
    private readonly Dictionary<string, Parameter> _byName = new(StringComparer.Ordinal);

    /// <param name="specs">Their names are unique.</param>
    /// <param name="seed">Of the first values; each tensor's depend on the seed and its name only.</param>
    public ParameterSet(IReadOnlyList<ParameterSpec> specs, ulong seed)
    {
        Length = specs.Sum(static spec => Aligned(spec));
        _values = NativeBuffer.OfFloats(Length, 1);
        _gradients = NativeBuffer.OfFloats(Length, 1);
        // Also the gaps: sums run over all of it.
        new Span<byte>(_values.Data, checked((int)(Length * sizeof(float)))).Clear();
        ClearGradients();
        var parameters = new List<Parameter>(specs.Count);
        var offset = 0L;
        foreach (var spec in specs)
        {
            var parameter = new Parameter(spec, offset, _values.Floats + offset, _gradients.Floats + offset);
            Initialize(spec, parameter.ValueSpan, seed);
            _byName.Add(spec.Name, parameter);
            parameters.Add(parameter);
            offset += Aligned(spec);
        }

        All = parameters;
    }

    /// <summary>In the order of the specs.</summary>
    public IReadOnlyList<Parameter> All { get; }

    /// <summary>Values of all tensors and the gaps between them.</summary>
    public long Length { get; }

    /// <summary>The number of values that learn.</summary>
    public long Count => All.Sum(static parameter => parameter.Count);

    /// <summary>[Length].</summary>
    public float* Values => _values.Floats;

    /// <summary>[Length].</summary>
    public float* Gradients => _gradients.Floats;

    public Parameter this[string name] => _byName[name];

    public void ClearGradients() => new Span<byte>(_gradients.Data, checked((int)(Length * sizeof(float)))).Clear();

    public void Dispose()
    {
        _values.Dispose();
        _gradients.Dispose();
    }

    private static long Aligned(ParameterSpec spec) => ((long)spec.Rows * spec.Columns + Alignment - 1) / Alignment * Alignment;

    /// <summary>Normally distributed values by the method of Box and Muller.</summary>
    private static void Initialize(ParameterSpec spec, Span<float> values, ulong seed)
    {
        // FNV-1a.
        var hash = 14695981039346656037UL;
        foreach (var value in Encoding.UTF8.GetBytes(spec.Name))
        {
            hash = (hash ^ value) * 1099511628211UL;
        }

        var random = new Xoshiro256(seed ^ hash);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = spec.Deviation == 0
                ? spec.Mean
                : spec.Mean + spec.Deviation * (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }
    }
}
