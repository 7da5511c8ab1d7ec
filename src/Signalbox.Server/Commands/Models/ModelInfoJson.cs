using System.Text.Json;
using Signalbox.Inference.Sizing;

namespace Signalbox.Server.Commands.Models;

/// <summary>What <c>model info --json</c> prints.</summary>
internal static class ModelInfoJson
{
    public static void Print(ModelInfoReport report)
    {
        using var output = Console.OpenStandardOutput();
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("file", report.File.Path);
        json.WriteNumber("bytes", report.File.FileBytes);
        json.WriteString("name", report.Name);
        json.WriteString("architecture", report.Config.Architecture);
        json.WriteNumber("parameters", report.Parameters);
        json.WriteNumber("context_length", report.Config.ContextLength);
        json.WriteNumber("layers", report.Config.Layers);
        json.WriteNumber("embedding_length", report.Config.EmbeddingLength);
        json.WriteNumber("heads", report.Config.Heads);
        json.WriteNumber("key_value_heads", report.Config.KeyValueHeads);
        json.WriteNumber("feed_forward_length", report.Config.FeedForwardLength);
        json.WriteNumber("vocabulary", report.Config.VocabularySize);
        json.WriteStartArray("types");
        foreach (var (type, tensors, bytes) in report.Types)
        {
            json.WriteStartObject();
            json.WriteString("type", type.ToString());
            json.WriteNumber("tensors", tensors);
            json.WriteNumber("bytes", bytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("memory_total", report.Machine.TotalBytes);
        json.WriteNumber("memory_available", report.Machine.AvailableBytes);
        json.WriteNumber("bandwidth_GB_s", Math.Round(report.BytesPerSecond / 1e9, 2));
        json.WriteNumber("threads", report.Threads);
        json.WriteBoolean("fits", report.Fits);
        WriteNumber(json, "memory_limit_to_set", report.NeededMemoryLimit);
        json.WriteStartObject("as_asked");
        WriteChoice(json, report, report.Fit.AsAsked);
        json.WriteEndObject();
        json.WriteStartArray("alternatives");
        foreach (var choice in report.Fit.Alternatives)
        {
            json.WriteStartObject();
            WriteChoice(json, report, choice);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        output.WriteByte((byte)'\n');
    }

    private static void WriteChoice(Utf8JsonWriter json, ModelInfoReport report, FitChoice choice)
    {
        json.WriteString("quantize_to", choice.Weights?.ToString());
        json.WriteNumber("context", choice.Context);
        json.WriteString("kv", choice.Cache.ToString());
        json.WriteNumber("weight_bytes", choice.WeightBytes);
        json.WriteNumber("cache_bytes", choice.CacheBytes);
        json.WriteNumber("buffer_bytes", choice.BufferBytes);
        json.WriteNumber("needed_bytes", choice.NeededBytes);
        json.WriteNumber("read_bytes_per_token", choice.ReadBytes);
        WriteNumber(json, "tokens_per_second", report.TokensPerSecond(choice, 0));
        WriteNumber(json, "tokens_per_second_full", report.TokensPerSecond(choice, 1));
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, Math.Round(number, 2));
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
