using System.Diagnostics.CodeAnalysis;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Quantization;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Adapters;

/// <summary>Reads and checks an adapter; the first thing that is wrong ends it.</summary>
internal sealed unsafe class LoraReader(GgufFile file, GgufFile baseFile)
{
    private const string TokenEmbedding = "token_embd.weight";
    private const int MostRank = 1 << 16;
    private const int MostRows = 1 << 26;

    private readonly SortedDictionary<string, (GgufTensor? A, GgufTensor? B)> _pairs = new(StringComparer.Ordinal);
    private EngineFault? _fault;

    public bool TryRead([NotNullWhen(true)] out LoraAdapter? adapter, [NotNullWhen(false)] out EngineFault? fault)
    {
        CheckKind();
        CollectPairs();
        foreach (var (name, (a, b)) in _pairs)
        {
            CheckPair(name, a, b);
        }

        fault = _fault;
        adapter = fault is null ? Load() : null;
        return adapter is not null;
    }

    private void CheckKind()
    {
        var metadata = file.Metadata;
        var type = metadata.TryGetString("general.type", out var named) ? named : "";
        var kind = metadata.TryGetString("adapter.type", out named) ? named : "";
        if (type != "adapter" || kind != "lora")
        {
            Refuse(EngineFaultKind.InvalidRequest, $"is no LoRA adapter: its general.type is '{type}' and its adapter.type '{kind}'. Give a GGUF file of type adapter and lora");
            return;
        }

        var architecture = metadata.TryGetString("general.architecture", out named) ? named : "";
        var wanted = baseFile.Metadata.TryGetString("general.architecture", out named) ? named : "";
        if (architecture != wanted)
        {
            Refuse(EngineFaultKind.InvalidRequest, $"is for the architecture '{architecture}', the model is '{wanted}'. Give an adapter that was made from this model");
        }

        if (metadata.TryGetInts("adapter.alora.invocation_tokens", out _))
        {
            Refuse(EngineFaultKind.Unsupported, "is an activated LoRA (adapter.alora.invocation_tokens), which is not supported. Give one that acts on the whole text");
        }
    }

    private void CollectPairs()
    {
        foreach (var tensor in file.Tensors)
        {
            if (tensor.Name.EndsWith(".lora_a", StringComparison.Ordinal))
            {
                var name = tensor.Name[..^".lora_a".Length];
                _pairs[name] = (tensor, _pairs.GetValueOrDefault(name).B);
            }
            else if (tensor.Name.EndsWith(".lora_b", StringComparison.Ordinal))
            {
                var name = tensor.Name[..^".lora_b".Length];
                _pairs[name] = (_pairs.GetValueOrDefault(name).A, tensor);
            }
            else if (!tensor.Name.EndsWith("_norm.weight", StringComparison.Ordinal))
            {
                Refuse(EngineFaultKind.InvalidFile, $"has the tensor {tensor.Name}, whose name ends neither in .lora_a nor in .lora_b. Convert the adapter again");
            }
        }
    }

    private void CheckPair(string name, GgufTensor? a, GgufTensor? b)
    {
        if (a is null || b is null)
        {
            Refuse(EngineFaultKind.InvalidFile, $"has only one of {name}.lora_a and {name}.lora_b. Convert the adapter again");
            return;
        }

        if (baseFile.Find(name) is not { } tensor)
        {
            Refuse(EngineFaultKind.InvalidRequest, $"changes the tensor {name}, which the model does not have. Give an adapter that was made from this model");
            return;
        }

        if (TensorTypes.BlockValues(a.Type) == 0 || TensorTypes.BlockValues(b.Type) == 0)
        {
            Refuse(EngineFaultKind.Unsupported, $"has the tensor {name} in a type that is not supported. Convert the adapter to F32 or F16");
            return;
        }

        // token_embd is looked up by token, so that its A is not turned and its outputs are the embedding.
        var fits = name == TokenEmbedding
            ? tensor.Columns == b.Rows && tensor.Rows == a.Rows && a.Columns == b.Columns
            : tensor.Columns == a.Columns && tensor.Rows == b.Rows && a.Rows == b.Columns;
        if (!fits || a.Dimensions.Count > 2 || b.Dimensions.Count > 2 || b.Columns is < 1 or > MostRank || tensor.Rows > MostRows || tensor.Columns > MostRows)
        {
            Refuse(
                EngineFaultKind.InvalidRequest,
                $"has sizes for {name} ({a.Columns} x {a.Rows} and {b.Columns} x {b.Rows}) that do not fit the model's ({tensor.Columns} x {tensor.Rows}). Give an adapter that was made from this model");
        }
    }

    private LoraAdapter Load()
    {
        var values = 0L;
        foreach (var (a, b) in _pairs.Values)
        {
            values = checked(values + a!.Columns * a.Rows + b!.Columns * b.Rows);
        }

        var memory = NativeBuffer.OfFloats(1, values);
        var pairs = new Dictionary<string, LoraPair>(StringComparer.Ordinal);
        var next = memory.Floats;
        foreach (var (name, (a, b)) in _pairs)
        {
            var down = next;
            var up = down + a!.Columns * a.Rows;
            next = up + b!.Columns * b.Rows;
            for (var row = 0L; row < a.Rows; row++)
            {
                Dequantize(a, row, new Span<float>(down + row * a.Columns, (int)a.Columns));
            }

            Turn(b, up);
            pairs[name] = new LoraPair(down, up, (int)b.Columns, (int)a.Columns, (int)b.Rows);
        }

        var alpha = file.Metadata.TryGetFloat("adapter.lora.alpha", out var given) && float.IsFinite(given) ? given : 0;
        return new LoraAdapter(pairs, memory, alpha);
    }

    private static void Turn(GgufTensor b, float* turned)
    {
        var row = new float[b.Columns];
        for (var output = 0L; output < b.Rows; output++)
        {
            Dequantize(b, output, row);
            for (var rank = 0L; rank < b.Columns; rank++)
            {
                turned[rank * b.Rows + output] = row[rank];
            }
        }
    }

    private static void Dequantize(GgufTensor tensor, long row, Span<float> values)
    {
        var bytes = TensorTypes.RowBytes(tensor.Type, tensor.Columns);
        Quantizer.Dequantize(tensor.Type, new ReadOnlySpan<byte>(tensor.Data + row * bytes, checked((int)bytes)), values);
    }

    private void Refuse(EngineFaultKind kind, string what) => _fault ??= new EngineFault(kind, $"{file.Path} {what}.");
}
