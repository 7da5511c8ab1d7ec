using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Signalbox.Inference.Tokenization;

namespace Signalbox.Server.Commands.Models;

/// <summary>The lines of <c>model eval</c>: a header, one per token, a footer.</summary>
internal sealed class EvalOutput : IDisposable
{
    private const int ProbabilityDigits = 7;
    private const int LogitDigits = 8;

    private readonly BufferedStream _stream;
    private readonly Utf8JsonWriter _json;
    private readonly EvalRequest _asked;

    public EvalOutput(Stream stream, EvalRequest asked)
    {
        _stream = new BufferedStream(stream, 1 << 16);
        _json = new Utf8JsonWriter(_stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        _asked = asked;
    }

    public void Header()
    {
        _json.WriteStartObject();
        _json.WriteString("model", _asked.File);
        _json.WriteString("engine", "signalbox");
        _json.WriteStartArray("lora");
        foreach (var adapter in _asked.Adapters)
        {
            _json.WriteStringValue(adapter);
        }

        _json.WriteEndArray();
        _json.WriteBoolean("flash_attention", false);
        _json.WriteString("kv", _asked.Cache.ToString());
        _json.WriteNumber("threads", _asked.Threads);
        EndLine();
    }

    /// <summary>The distribution after a token; returns the best of it.</summary>
    public int Step(int position, int token, ReadOnlySpan<float> logits, bool greedy)
    {
        var sorted = new (float Logit, int Token)[logits.Length];
        for (var i = 0; i < logits.Length; i++)
        {
            sorted[i] = (logits[i], i);
        }

        Array.Sort(sorted, static (a, b) => a.Logit == b.Logit ? a.Token.CompareTo(b.Token) : b.Logit.CompareTo(a.Logit));
        var sum = 0.0;
        foreach (var (logit, _) in sorted)
        {
            sum += Math.Exp(logit - sorted[0].Logit);
        }

        _json.WriteStartObject();
        _json.WriteNumber("pos", position);
        _json.WriteNumber("token", token);
        if (greedy)
        {
            _json.WriteBoolean("greedy", true);
        }

        _json.WriteStartArray("top");
        foreach (var (logit, id) in sorted.AsSpan(0, Math.Clamp(_asked.Top, 0, sorted.Length)))
        {
            _json.WriteStartObject();
            _json.WriteNumber("id", id);
            Number("p", Math.Exp(logit - sorted[0].Logit) / sum, ProbabilityDigits);
            Number("logit", logit, LogitDigits);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
        if (_asked.Full)
        {
            Numbers("logits", logits);
        }

        EndLine();
        return sorted[0].Token;
    }

    /// <summary>An encoder's state of a token.</summary>
    public void State(int position, int token, ReadOnlySpan<float> state)
    {
        _json.WriteStartObject();
        _json.WriteNumber("pos", position);
        _json.WriteNumber("token", token);
        Numbers("state", state);
        EndLine();
    }

    public void Footer(IReadOnlyList<int> tokens, IReadOnlyList<int> greedy, Tokenizer? tokenizer)
    {
        _json.WriteStartObject();
        Ids("tokens", tokens);
        Ids("greedy", greedy);
        if (tokenizer is not null)
        {
            var text = new StreamingDetokenizer(tokenizer);
            _json.WriteString("text", string.Concat(greedy.Select(text.Append)) + text.Flush());
        }

        EndLine();
    }

    public void Dispose()
    {
        _json.Dispose();
        _stream.Dispose();
    }

    private void Ids(string name, IReadOnlyList<int> ids)
    {
        _json.WriteStartArray(name);
        foreach (var id in ids)
        {
            _json.WriteNumberValue(id);
        }

        _json.WriteEndArray();
    }

    private void Numbers(string name, ReadOnlySpan<float> values)
    {
        _json.WriteStartArray(name);
        foreach (var value in values)
        {
            Value(value, LogitDigits);
        }

        _json.WriteEndArray();
    }

    private void Number(string name, double value, int digits)
    {
        _json.WritePropertyName(name);
        Value(value, digits);
    }

    /// <summary>JSON has no infinite numbers and none that is not a number.</summary>
    private void Value(double value, int digits)
    {
        if (double.IsFinite(value))
        {
            _json.WriteNumberValue(double.Parse(value.ToString($"G{digits}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
        }
        else
        {
            _json.WriteNullValue();
        }
    }

    private void EndLine()
    {
        _json.WriteEndObject();
        _json.Flush();
        _json.Reset();
        _stream.WriteByte((byte)'\n');
    }
}
