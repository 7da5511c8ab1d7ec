using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Signalbox.Inference.Training.Corpora;

namespace Signalbox.Inference.Training.Adapters;

/// <summary>What a fine-tune does; the defaults are those of the command line.</summary>
internal sealed record FinetuneOptions
{
    /// <summary>A GGUF model.</summary>
    public required string Base { get; init; }

    /// <summary>Files of examples.</summary>
    public required IReadOnlyList<string> Data { get; init; }

    /// <summary>The run's folder.</summary>
    public required string Folder { get; init; }

    /// <summary>Of what is made.</summary>
    public required string Name { get; init; }

    public AdapterShape Adapter { get; init; } = new(8, 16, AdapterTargets.All);

    public FrozenKind Kind { get; init; }

    /// <summary>Whether every weight learns in F32, not adapters: what a fine-tune in 4 bits is measured against.</summary>
    public bool Full { get; init; }

    public double Epochs { get; init; } = 3;

    public double LearningRate { get; init; } = 0.0005;

    /// <summary>Tokens of a step.</summary>
    public int BatchTokens { get; init; } = 2048;

    /// <summary>Tokens that go through the model together; a step takes as many passes as it needs.</summary>
    public int PassTokens { get; init; } = 512;

    /// <summary>The share of examples that is not trained on.</summary>
    public double ValidationShare { get; init; } = 0.05;

    public double Dropout { get; init; }

    /// <summary>The share of questions that get typing errors.</summary>
    public double Typos { get; init; }

    public int Seed { get; init; } = 1;

    public int Threads { get; init; } = 1;

    public Augmentation Augmentation => new() { Mistyped = Typos };

    /// <summary>Passes of a step.</summary>
    public int Accumulation => Math.Max(1, (BatchTokens + PassTokens - 1) / PassTokens);

    /// <summary>All that decides the result, as JSON, for the run's folder: a run goes on only where it is the same.</summary>
    public byte[] Describe()
    {
        using var stream = File.OpenRead(Base);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("base", Path.GetFileName(Base));
            json.WriteString("base_sha256", Convert.ToHexStringLower(SHA256.HashData(stream)));
            json.WriteStartArray("data");
            foreach (var file in Data)
            {
                json.WriteStringValue(Path.GetFileName(file));
            }

            json.WriteEndArray();
            json.WriteString("name", Name);
            json.WriteNumber("bits", Full ? 32 : 4);
            json.WriteString("quant", Kind.ToString().ToLowerInvariant());
            json.WriteNumber("rank", Adapter.Rank);
            json.WriteNumber("alpha", Adapter.Alpha);
            json.WriteString("targets", Adapter.Targets.ToString().ToLowerInvariant());
            json.WriteNumber("epochs", Epochs);
            json.WriteNumber("learning_rate", LearningRate);
            json.WriteNumber("batch_tokens", BatchTokens);
            json.WriteNumber("pass_tokens", PassTokens);
            json.WriteNumber("validation_share", ValidationShare);
            json.WriteNumber("dropout", Dropout);
            json.WriteNumber("typos", Typos);
            json.WriteNumber("seed", Seed);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
