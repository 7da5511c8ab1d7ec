using System.Diagnostics.CodeAnalysis;
using Signalbox.Inference.Gguf;

namespace Signalbox.Inference.Transformer;

/// <summary>Reads <see cref="TransformerConfig"/>; the first thing that is wrong ends it.</summary>
internal sealed class TransformerConfigReader(GgufFile file)
{
    /// <summary>Far above any model, far below where sizes overflow.</summary>
    private const int MostValues = 1 << 20;

    private const int MostLayers = 512;

    private readonly GgufMetadata _metadata = file.Metadata;
    private string _architecture = "";
    private EngineFault? _fault;

    public bool TryRead([NotNullWhen(true)] out TransformerConfig? config, [NotNullWhen(false)] out EngineFault? fault)
    {
        config = null;
        if (_metadata.TryGetString("general.type", out var type) && type == "adapter")
        {
            _fault = new EngineFault(EngineFaultKind.Unsupported, "The file is a LoRA adapter, not a model. Name its base model, and give the adapter with --lora or under adapters.");
        }
        else if (!_metadata.TryGetString("general.architecture", out var architecture))
        {
            _fault = new EngineFault(EngineFaultKind.InvalidFile, "The file has no general.architecture: it is not a model, or it is damaged. Fetch it again.");
        }
        else if (!TransformerConfig.Supported.Contains(architecture))
        {
            _fault = new EngineFault(
                EngineFaultKind.Unsupported,
                $"The architecture '{architecture}' is not supported. Supported are {string.Join(", ", TransformerConfig.Supported)}: choose a model of one of these.");
        }
        else
        {
            _architecture = architecture;
            config = Read();
        }

        fault = _fault;
        config = fault is null ? config : null;
        return config is not null;
    }

    private TransformerConfig? Read()
    {
        if (Optional("expert_count", 0) > 0)
        {
            Refuse(EngineFaultKind.Unsupported, "expert_count", "is above 0: mixtures of experts are not supported. Choose a dense model");
        }

        var bert = _architecture == "bert";
        // At least one, so that what is read per layer can be looked at even where this is refused.
        var layers = Math.Max(1, Required("block_count", MostLayers));
        var embedding = Required("embedding_length", MostValues);
        var heads = PerLayer("attention.head_count", layers, null);
        var keyValueHeads = PerLayer("attention.head_count_kv", layers, heads);
        var feedForward = PerLayer("feed_forward_length", layers, null);
        if (_fault is not null)
        {
            return null;
        }

        var keyLength = Size("attention.key_length", embedding / Math.Max(1, heads[0]));
        var valueLength = Size("attention.value_length", embedding / Math.Max(1, heads[0]));
        for (var layer = 0; layer < heads.Length; layer++)
        {
            if (keyValueHeads[layer] < 1 || heads[layer] < 1 || heads[layer] % keyValueHeads[layer] != 0)
            {
                Refuse(EngineFaultKind.InvalidFile, "attention.head_count", "is no multiple of attention.head_count_kv");
                break;
            }
        }

        var context = Required("context_length", int.MaxValue / 2);
        var largeGemma2 = _architecture == "gemma2" && layers == 46;
        var scale = 1f / MathF.Sqrt(largeGemma2 ? embedding / Math.Max(1, heads[0]) : keyLength);
        return new TransformerConfig
        {
            Architecture = _architecture,
            ContextLength = context,
            EmbeddingLength = embedding,
            Layers = layers,
            Heads = heads.Max(),
            KeyValueHeads = keyValueHeads.Max(),
            KeyLength = keyLength,
            ValueLength = valueLength,
            FeedForwardLength = feedForward.Max(),
            VocabularySize = Vocabulary(),
            HeadsByLayer = heads,
            KeyValueHeadsByLayer = keyValueHeads,
            FeedForwardByLayer = feedForward,
            NormEpsilon = Epsilon(bert ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon"),
            Rope = bert ? null : Rope(keyLength, context),
            SlidingWindow = _architecture == "gemma2" ? (int)Optional("attention.sliding_window", 4096) : 0,
            SlidingLayers = _architecture == "gemma2" ? SlidingLayers(layers) : [],
            AttentionScale = scale,
            ScalesQueries = _architecture is "gemma" or "gemma2" or "phi3",
            AttentionSoftCap = _architecture == "gemma2" ? OptionalFloat("attn_logit_softcapping", 50) : 0,
            LogitSoftCap = _architecture == "gemma2" ? OptionalFloat("final_logit_softcapping", 30) : 0,
            EmbeddingScale = _architecture is "gemma" or "gemma2" ? MathF.Sqrt(embedding) : 1,
            Gating = bert ? GatingKind.GeluWithoutGate : _architecture is "gemma" or "gemma2" ? GatingKind.Gelu : GatingKind.Silu,
            Causal = !bert,
            TokenTypes = bert ? TokenTypes() : 0,
            Pooling = Optional("pooling_type", 0) is var pooling and >= 1 and <= 3 ? (Pooling)pooling : Pooling.Unspecified,
        };
    }

    private RopeConfig Rope(int keyLength, int context)
    {
        var dimensions = Size("rope.dimension_count", keyLength);
        if (dimensions > keyLength || dimensions % 2 != 0 || (_architecture == "llama" && dimensions != keyLength))
        {
            Refuse(EngineFaultKind.InvalidFile, "rope.dimension_count", $"is {dimensions}, which does not fit heads of {keyLength} values");
        }

        var type = _metadata.TryGetString($"{_architecture}.rope.scaling.type", out var named) ? named : "linear";
        if (type is not ("none" or "linear" or "yarn" or "longrope"))
        {
            Refuse(EngineFaultKind.Unsupported, "rope.scaling.type", $"is '{type}'. Supported are none, linear, yarn and longrope");
        }

        var factor = OptionalFloat("rope.scaling.factor", 0);
        factor = factor == 0 ? OptionalFloat("rope.scale_linear", 0) : factor;
        factor = type == "none" || factor == 0 ? 1 : factor;
        var frequencyBase = OptionalFloat("rope.freq_base", 10000);
        if (!(factor > 0) || !(frequencyBase > 0))
        {
            Refuse(EngineFaultKind.InvalidFile, "rope", "has a scaling factor or a frequency base that is not above 0");
        }

        var yarn = type == "yarn";
        var original = Optional("rope.scaling.original_context_length", 0) is var length and > 0 and < int.MaxValue ? (int)length : context;
        return new RopeConfig
        {
            Dimensions = dimensions,
            SplitHalves = _architecture != "llama",
            FrequencyBase = frequencyBase,
            SlidingFrequencyBase = _architecture == "gemma2" ? OptionalFloat("rope.freq_base_swa", frequencyBase) : frequencyBase,
            FrequencyScale = 1f / factor,
            // With YaRN, whose angles are mixed, the length of keys and queries grows by this; factors below 1 are left alone.
            Magnitude = OptionalFloat("rope.scaling.attn_factor", 1) * (yarn && factor > 1 ? 1 + 0.1f * MathF.Log(factor) : 1),
            Yarn = yarn,
            OriginalContextLength = original,
        };
    }

    private bool[] SlidingLayers(int layers)
    {
        var key = $"{_architecture}.attention.sliding_window_pattern";
        if (_metadata.TryGetInts(key, out var pattern) && pattern.Length == layers)
        {
            return [.. pattern.Select(p => p != 0)];
        }

        // Every n-th layer sees everything.
        var every = Math.Max(0, Optional("attention.sliding_window_pattern", 2));
        return [.. Enumerable.Range(0, layers).Select(layer => every == 0 || layer % every < every - 1)];
    }

    private int Vocabulary()
    {
        var embedding = file.Find("token_embd.weight");
        if (embedding is null || embedding.Rows is < 1 or > int.MaxValue)
        {
            _fault ??= new EngineFault(EngineFaultKind.InvalidFile, "The file has no tensor token_embd.weight: it is not a whole model. Fetch it again.");
            return 0;
        }

        return (int)embedding.Rows;
    }

    private int TokenTypes() => _metadata.TryGetInt("tokenizer.ggml.token_type_count", out var count) && count is > 0 and < MostValues ? (int)count : 0;

    private float Epsilon(string key)
    {
        if (_metadata.TryGetFloat($"{_architecture}.{key}", out var value) && value >= 0 && float.IsFinite(value))
        {
            return value;
        }

        Refuse(EngineFaultKind.InvalidFile, key, "is absent or no number of 0 or more");
        return 0;
    }

    /// <summary>A size of at least 1, or of each layer one.</summary>
    private int[] PerLayer(string key, int layers, int[]? otherwise)
    {
        if (_metadata.TryGetInts($"{_architecture}.{key}", out var values))
        {
            if (values.Length >= layers && values.Take(layers).All(v => v is > 0 and <= MostValues))
            {
                return values[..layers];
            }

            Refuse(EngineFaultKind.Unsupported, key, "does not have a size of at least 1 for each layer");
            return new int[layers];
        }

        return otherwise is not null && !_metadata.TryGetInt($"{_architecture}.{key}", out _)
            ? otherwise
            : [.. Enumerable.Repeat(Required(key, MostValues), layers)];
    }

    private int Required(string key, int most)
    {
        if (_metadata.TryGetInt($"{_architecture}.{key}", out var value) && value >= 1 && value <= most)
        {
            return (int)value;
        }

        Refuse(EngineFaultKind.InvalidFile, key, $"is absent or not from 1 to {most}");
        return 0;
    }

    private int Size(string key, int otherwise) =>
        _metadata.TryGetInt($"{_architecture}.{key}", out _) ? Required(key, MostValues) : Math.Max(1, otherwise);

    private long Optional(string key, long otherwise) =>
        _metadata.TryGetInt($"{_architecture}.{key}", out var value) && value is >= 0 and < int.MaxValue ? value : otherwise;

    private float OptionalFloat(string key, float otherwise) =>
        _metadata.TryGetFloat($"{_architecture}.{key}", out var value) && float.IsFinite(value) ? value : otherwise;

    private void Refuse(EngineFaultKind kind, string key, string what) =>
        _fault ??= new EngineFault(kind, $"{_architecture}.{key} {what}.");
}
