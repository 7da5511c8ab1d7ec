using System.Diagnostics.CodeAnalysis;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Training.Layers;
using Signalbox.Inference.Training.Optimization;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Training.Adapters;

/// <summary>
/// A base model that does not learn: the matrices of its blocks in 4 bits, embedding and output in at most 8, norms in F32. The file may be closed
/// when it is made.
/// </summary>
internal sealed unsafe class FrozenModel : IDisposable
{
    private const string Embedding = ModelParameters.Embedding;
    private const string Output = "output.weight";

    private readonly Dictionary<string, FrozenWeights> _matrices = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NativeBuffer> _norms = new(StringComparer.Ordinal);

    private FrozenModel(ModelShape shape) => Shape = shape;

    public ModelShape Shape { get; }

    /// <summary>Of memory.</summary>
    public long Bytes => _matrices.Values.Sum(static matrix => matrix.Bytes) + _norms.Values.Sum(static norm => norm.Bytes);

    public FrozenWeights this[string name] => _matrices[name];

    /// <summary>Freezes a model.</summary>
    /// <param name="file">Of architecture llama.</param>
    /// <param name="kind">Of the matrices of blocks.</param>
    /// <param name="model">The model.</param>
    /// <param name="fault">What of the file cannot be trained.</param>
    public static bool TryFreeze(GgufFile file, FrozenKind kind, [NotNullWhen(true)] out FrozenModel? model, [NotNullWhen(false)] out EngineFault? fault)
    {
        model = null;
        if (!TryReadShape(file, out var shape, out fault))
        {
            return false;
        }

        var frozen = new FrozenModel(shape);
        fault = frozen.Freeze(file, kind);
        if (fault is not null)
        {
            frozen.Dispose();
            return false;
        }

        model = frozen;
        return true;
    }

    /// <summary>The shape of a file whose every part can be trained here.</summary>
    public static bool TryReadShape(GgufFile file, [NotNullWhen(true)] out ModelShape? shape, [NotNullWhen(false)] out EngineFault? fault)
    {
        shape = null;
        if (!TransformerConfig.TryRead(file, out var config, out fault))
        {
            return false;
        }

        if (Lacking(file, config) is { } lacking)
        {
            fault = new EngineFault(EngineFaultKind.Unsupported, $"{file.Path} {lacking}, which cannot be fine-tuned here. Choose a base of architecture llama with plain RoPE and without biases.");
            return false;
        }

        shape = new ModelShape
        {
            VocabularySize = config.VocabularySize,
            EmbeddingLength = config.EmbeddingLength,
            Layers = config.Layers,
            Heads = config.Heads,
            KeyValueHeads = config.KeyValueHeads,
            FeedForwardLength = config.FeedForwardLength,
            ContextLength = config.ContextLength,
            RopeBase = config.Rope!.FrequencyBase,
            NormEpsilon = config.NormEpsilon,
        };
        return true;
    }

    /// <summary>The names and sizes of what learns.</summary>
    public IReadOnlyList<ParameterSpec> Parameters(AdapterShape adapter)
    {
        var specs = new List<ParameterSpec>();
        for (var layer = 0; layer < Shape.Layers; layer++)
        {
            foreach (var name in adapter.Parts.Select(part => ModelParameters.InLayer(layer, part)))
            {
                // B is zero, so that the first pass is the base's; A is random, so that B's gradient is not (arXiv:2106.09685, section 4.1).
                specs.Add(new ParameterSpec(AdapterFile.A(name), adapter.Rank, _matrices[name].Columns, Decays: true, 1 / MathF.Sqrt(_matrices[name].Columns)));
                specs.Add(new ParameterSpec(AdapterFile.B(name), _matrices[name].Rows, adapter.Rank, Decays: true, Deviation: 0));
            }
        }

        return specs;
    }

    /// <summary>The most inputs of a matrix.</summary>
    public int Widest => _matrices.Values.Max(static matrix => matrix.Columns);

    /// <summary>The model with adapters.</summary>
    /// <param name="adapter">Which.</param>
    /// <param name="parameters">Of <see cref="Parameters"/>.</param>
    /// <param name="scratch">Lives as long as the layers.</param>
    public ModelLayers Layers(AdapterShape adapter, ParameterSet parameters, AdapterScratch scratch)
    {
        var adapted = adapter.Parts.ToHashSet(StringComparer.Ordinal);
        return new ModelLayers
        {
            Embedding = new FrozenEmbedding(_matrices[Embedding]),
            Blocks = [.. Enumerable.Range(0, Shape.Layers).Select(Block)],
            OutputNorm = Norm(ModelParameters.OutputNorm),
            Output = new FrozenLinear(_matrices.GetValueOrDefault(Output) ?? _matrices[Embedding], scratch),
        };

        BlockLayers Block(int layer) => new()
        {
            AttentionNorm = Norm(ModelParameters.InLayer(layer, "attn_norm")),
            Query = Linear("attn_q", layer),
            Key = Linear("attn_k", layer),
            Value = Linear("attn_v", layer),
            AttentionOutput = Linear("attn_output", layer),
            FeedForwardNorm = Norm(ModelParameters.InLayer(layer, "ffn_norm")),
            Gate = Linear("ffn_gate", layer),
            Up = Linear("ffn_up", layer),
            Down = Linear("ffn_down", layer),
        };

        LinearLayer Linear(string part, int layer)
        {
            var name = ModelParameters.InLayer(layer, part);
            return adapted.Contains(part)
                ? new AdaptedLinear(_matrices[name], parameters[AdapterFile.A(name)], parameters[AdapterFile.B(name)], adapter.Scale, scratch)
                : new FrozenLinear(_matrices[name], scratch);
        }

        NormLayer Norm(string name) => new(_norms[name].Floats, null, Shape.NormEpsilon, scratch.Compute.Pool);
    }

    public void Dispose()
    {
        foreach (var owned in (IEnumerable<IDisposable>)[.. _matrices.Values, .. _norms.Values])
        {
            owned.Dispose();
        }
    }

    private static string? Lacking(GgufFile file, TransformerConfig config)
    {
        if (config.Architecture != "llama")
        {
            return $"has the architecture '{config.Architecture}'";
        }

        if (config.Rope is not { FrequencyScale: 1, Yarn: false, Magnitude: 1 } || file.Find("rope_freqs.weight") is not null || file.Find("rope_factors_long.weight") is not null)
        {
            return "scales its RoPE";
        }

        if (config.KeyLength != config.ValueLength || (long)config.KeyLength * config.Heads != config.EmbeddingLength || config.HeadsByLayer.Any(heads => heads != config.Heads)
            || config.KeyValueHeadsByLayer.Any(heads => heads != config.KeyValueHeads) || config.FeedForwardByLayer.Any(length => length != config.FeedForwardLength))
        {
            return "has layers or heads of different sizes";
        }

        return config.EmbeddingLength % 32 != 0 || config.FeedForwardLength % 32 != 0 ? "has sizes that are no multiples of 32"
            : file.Tensors.FirstOrDefault(static tensor => tensor.Name.EndsWith(".bias", StringComparison.Ordinal)) is { } bias ? $"has a bias ({bias.Name})"
            : null;
    }

    private EngineFault? Freeze(GgufFile file, FrozenKind kind)
    {
        var (d, keys) = (Shape.EmbeddingLength, Shape.KeyValueHeads * Shape.HeadLength);
        var whole = true;
        Matrix(Embedding, Shape.VocabularySize, d, tensor => Few(file, tensor));
        if (file.Find(Output) is not null)
        {
            Matrix(Output, Shape.VocabularySize, d, tensor => Few(file, tensor));
        }

        Norm(ModelParameters.OutputNorm);
        for (var layer = 0; layer < Shape.Layers; layer++)
        {
            Norm(ModelParameters.InLayer(layer, "attn_norm"));
            Norm(ModelParameters.InLayer(layer, "ffn_norm"));
            (string, int, int)[] parts =
            [
                ("attn_q", d, d), ("attn_k", keys, d), ("attn_v", keys, d), ("attn_output", d, d),
                ("ffn_gate", Shape.FeedForwardLength, d), ("ffn_up", Shape.FeedForwardLength, d), ("ffn_down", d, Shape.FeedForwardLength),
            ];
            foreach (var (part, rows, columns) in parts)
            {
                Matrix(ModelParameters.InLayer(layer, part), rows, columns, tensor => FourBits(file, tensor, kind));
            }
        }

        return whole ? null : new EngineFault(EngineFaultKind.InvalidFile, $"{file.Path} lacks tensors of a llama, or has them in other sizes or types than its metadata says. Fetch it again.");

        void Matrix(string name, int rows, int columns, Func<GgufTensor, FrozenWeights> freeze)
        {
            if (whole = whole && file.Find(name) is { } tensor && tensor.Rows == rows && tensor.Columns == columns && TensorTypes.BlockValues(tensor.Type) > 0)
            {
                _matrices.Add(name, freeze(file.Find(name)!));
            }
        }

        void Norm(string name)
        {
            if (whole = whole && file.Find(name) is { Type: TensorType.F32 } tensor && tensor.Rows == 1 && tensor.Columns == d)
            {
                var norm = NativeBuffer.OfFloats(1, d);
                _norms.Add(name, norm);
                file.Read(file.Find(name)!.Data, new Span<byte>(norm.Data, d * sizeof(float)));
            }
        }
    }

    private static FrozenWeights FourBits(GgufFile file, GgufTensor tensor, FrozenKind kind)
    {
        var (rows, columns) = (checked((int)tensor.Rows), checked((int)tensor.Columns));
        return kind == FrozenKind.Nf4 ? new Nf4Weights(rows, columns, FrozenWeights.Of(file, tensor))
            : tensor.Type == TensorType.Q4_0 ? BlockWeights.Copy(file, tensor)
            : BlockWeights.Quantize(TensorType.Q4_0, rows, columns, FrozenWeights.Of(file, tensor));
    }

    /// <summary>Every token goes through embedding and output, where 4 bits cost most and adapters do not help: as in the file, at most 8 bits.</summary>
    private static BlockWeights Few(GgufFile file, GgufTensor tensor) =>
        tensor.Type is TensorType.F32 or TensorType.F16 or TensorType.BF16
            ? BlockWeights.Quantize(TensorType.Q8_0, checked((int)tensor.Rows), checked((int)tensor.Columns), FrozenWeights.Of(file, tensor))
            : BlockWeights.Copy(file, tensor);
}
