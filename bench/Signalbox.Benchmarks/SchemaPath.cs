using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Signalbox.Inference.Grammars;
using Signalbox.Inference.Sessions;

namespace Signalbox.Benchmarks;

/// <summary>What holding answers to a JSON schema costs a model file: tokens per second with and without, in turn, through the whole engine.</summary>
internal sealed class SchemaPath
{
    private const string Usage = "Signalbox.Benchmarks schema FILE [--schema FILE] [--generate N] [--threads N] [--runs N]";

    /// <summary>A bit of everything, so that an answer comes to many different places of the grammar.</summary>
    private const string Journey = """
        {"type":"object","properties":{
          "train":{"type":"string","minLength":2,"maxLength":24},"kind":{"enum":["regional","express","night","freight"]},"platform":{"type":"integer","minimum":1,"maximum":24},
          "leaves":{"type":"string","format":"date-time"},"late":{"type":["number","null"]},"runs":{"type":"boolean"},
          "stops":{"type":"array","minItems":3,"maxItems":12,"items":{"type":"object","properties":{"name":{"type":"string","maxLength":16},"minute":{"type":"integer"}},
            "required":["name","minute"],"additionalProperties":false}},
          "notes":{"type":"array","items":{"type":"string","maxLength":40}}},
          "required":["train","kind","platform","leaves","late","runs","stops","notes"],"additionalProperties":false}
        """;

    private readonly InferenceEngine _engine;
    private readonly JsonElement _schema;
    private readonly int _generate;
    private ulong _seed;

    private SchemaPath(InferenceEngine engine, JsonElement schema, int generate) => (_engine, _schema, _generate) = (engine, schema, generate);

    public static async Task<int> RunAsync(string[] words)
    {
        if (words.Length % 2 == 0 || !TryReadWords(words[1..], out var schemaFile, out var numbers))
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }

        var options = new EngineOptions { Threads = numbers["--threads"], ContextLength = 1024 + numbers["--generate"], MaximumSlots = 1 };
        if (!InferenceEngine.TryLoad(words[0], options, TimeProvider.System, out var engine, out var fault))
        {
            Console.Error.WriteLine($"error: {fault.Message}");
            return 1;
        }

        await using (engine)
        {
            using var schema = JsonDocument.Parse(schemaFile is null ? Encoding.UTF8.GetBytes(Journey) : await File.ReadAllBytesAsync(schemaFile));
            await new SchemaPath(engine, schema.RootElement, numbers["--generate"]).MeasureAsync(numbers["--runs"]);
        }

        return 0;
    }

    private static bool TryReadWords(string[] words, out string? schemaFile, out Dictionary<string, int> numbers)
    {
        schemaFile = null;
        numbers = new() { ["--generate"] = 256, ["--threads"] = Environment.ProcessorCount, ["--runs"] = 3 };
        for (var i = 0; i < words.Length; i += 2)
        {
            if (words[i] == "--schema")
            {
                schemaFile = words[i + 1];
            }
            else if (numbers.ContainsKey(words[i]) && int.TryParse(words[i + 1], CultureInfo.InvariantCulture, out var number) && number > 0)
            {
                numbers[words[i]] = number;
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    private async Task MeasureAsync(int runs)
    {
        var (free, held, compile) = (new List<double>(), new List<double>(), new List<double>());
        for (var run = -1; run < runs; run++)
        {
            // A new grammar each time: nothing of it is known from former answers.
            var start = Stopwatch.GetTimestamp();
            if (!JsonSchemaGrammar.TryCompile(_schema, _engine.Tokenizer, out var grammar, out var fault))
            {
                throw new InvalidOperationException(fault.Message);
            }

            var compiled = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            var lengths = new List<int>();
            var heldRate = await RateAsync(grammar, lengths);
            var freeRate = await RateAsync(null, lengths);
            if (run < 0)
            {
                continue; // Code and vocabulary were prepared in it.
            }

            free.Add(freeRate);
            held.Add(heldRate);
            compile.Add(compiled);
        }

        Print(free, held, compile);
    }

    /// <summary>Tokens per second from the first token of each answer on, in as many answers as it takes.</summary>
    /// <param name="grammar">Null for free answers.</param>
    /// <param name="lengths">Tokens of each answer; free ones get as many, because a token is dearer the longer its context.</param>
    private async Task<double> RateAsync(JsonSchemaGrammar? grammar, List<int> lengths)
    {
        var (tokens, time) = (0, TimeSpan.Zero);
        for (var answers = 0; tokens < _generate; answers++)
        {
            if (answers > _generate)
            {
                throw new InvalidOperationException("The model's answers end with their first token; there is nothing to measure.");
            }

            var most = grammar is null ? lengths[answers % lengths.Count] : Math.Max(_generate, grammar.MinimumTokens);
            var request = new GenerationRequest { Prompt = [1, 300, 301, 302], MaxTokens = most, Sampling = new() { Seed = ++_seed }, Grammar = grammar };
            if (!_engine.TryStart(request, out var answer, out var fault))
            {
                throw new InvalidOperationException(fault.Message);
            }

            var (first, count, ended) = (0L, 0, false);
            while (!ended && tokens + count <= _generate)
            {
                if (!answer.Stream.TryRead(out var step))
                {
                    await answer.Stream.WaitAsync();
                    continue;
                }

                first = first == 0 ? Stopwatch.GetTimestamp() : first;
                count += step.Token >= 0 ? 1 : 0;
                ended = step.End is not null;
                if (step.Fault is not null)
                {
                    throw new InvalidOperationException(step.Fault.Message);
                }
            }

            time += Stopwatch.GetElapsedTime(first);
            tokens += Math.Max(0, count - 1);
            _engine.Cancel(answer);
            if (grammar is not null)
            {
                lengths.Add(count);
            }
        }

        return tokens / time.TotalSeconds;
    }

    private static void Print(List<double> free, List<double> held, List<double> compile)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("free_tok_s", Median(free));
            json.WriteNumber("schema_tok_s", Median(held));
            json.WriteNumber("compile_ms", Median(compile));
            json.WriteEndObject();
        }

        Console.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static double Median(List<double> values) => Math.Round(values.Order().ElementAt(values.Count / 2), 2);
}
