using System.Text;
using System.Text.Json;
using Signalbox.FunctionalTests.Support.Wires;
using Signalbox.Tests.Support;

namespace Signalbox.FunctionalTests.RecordedTraffic;

/// <summary>Recorded requests as providers of the other four dialects get them.</summary>
public sealed class TranslatedRequestsTests(ReplayBenches benches) : IClassFixture<ReplayBenches>
{
    [Fact]
    public async Task A_recorded_request_reaches_every_other_dialect_with_its_texts_tools_calls_and_results()
    {
        Assert.SkipWhen(Recordings.Folder is null, Recordings.Missing);
        var cells = from exchange in Exchange.Load(answersOnly: false)
                    where exchange.HasRequest && (exchange.IsChat || exchange.Recording.Api == "completions")
                    from target in Wire.All
                    where target != exchange.Wire
                    select new Cell(exchange, target);
        var findings = await benches.RunAsync(cells, static async (bench, cell) =>
        {
            var (exchange, target) = cell;
            var model = $"any-{target.Dialect}/some-model";
            var recorded = exchange.Recording.RequestBody.GetRawText();
            var body = exchange.Wire.Dialect == "gemini" ? recorded : CallerBody.WithModel(recorded, model);
            var answer = await bench.AskAsync(exchange.CallerPath.Replace(exchange.CallerModel, model, StringComparison.Ordinal), Encoding.UTF8.GetBytes(body));
            if (exchange.Recording.RequestBody.Has("previous_response_id"))
            {
                // The conversation is with the provider; what cannot be carried is refused, not dropped.
                return answer.Status == 400 && exchange.Wire.ErrorMessage(answer).Contains("previous_response_id", StringComparison.Ordinal) ? [] : ["it was not refused"];
            }

            if (answer.Status != 200)
            {
                return [$"status {answer.Status}: {answer.Text}"];
            }

            var problems = Missing(RequestWalk.Of(exchange), new Haystack(bench.Asked!.Json));
            var isStream = exchange.IsStreamed || exchange.Recording.RequestBody.At("stream").ValueKind == JsonValueKind.True;
            if (exchange.Recording.Api is not ("completions" or "ollama_generate") && exchange.Wire.Walk(answer, isStream).Text.ToString() != Wire.SampleText)
            {
                problems.Add("the answer did not come back: " + answer.Text);
            }

            return problems;
        });
        findings.MustBeClean("translated requests");
    }

    private static List<string> Missing(RequestWalk request, Haystack sent)
    {
        var problems = new List<string>();
        problems.AddRange(request.Texts.Where(text => !sent.HasText(text)).Select(static text => $"text missing: {Short(text)}"));
        problems.AddRange(request.Tools.Where(tool => !sent.HasText(tool)).Select(static tool => $"tool missing: {tool}"));
        problems.AddRange(request.Results.Where(result => !sent.HasText(result) && !sent.HasJson(result)).Select(static result => $"result missing: {Short(result)}"));
        foreach (var (name, arguments) in request.Calls)
        {
            if (!sent.HasText(name))
            {
                problems.Add($"call missing: {name}");
            }

            if (!sent.HasJson(arguments.Length == 0 ? "{}" : arguments))
            {
                problems.Add($"arguments missing: {name}({Short(arguments)})");
            }
        }

        return problems;
    }

    private static string Short(string text) => text.Length > 60 ? text[..60] + "..." : text;

    private sealed record Cell(Exchange Exchange, Wire Target)
    {
        public override string ToString() => $"{Exchange} > {Target}";
    }

    /// <summary>Every string and every object of a body, JSON inside strings included.</summary>
    private sealed class Haystack
    {
        private readonly List<string> _texts = [];
        private readonly List<JsonElement> _values = [];

        public Haystack(JsonElement body) => Add(body);

        public bool HasText(string text) => _texts.Exists(candidate => candidate.Contains(text, StringComparison.Ordinal));

        public bool HasJson(string json)
        {
            JsonElement wanted;
            try
            {
                wanted = JsonWalk.Parse(json);
            }
            catch (JsonException)
            {
                return HasText(json);
            }

            return _values.Exists(candidate => JsonElement.DeepEquals(candidate, wanted));
        }

        private void Add(JsonElement value)
        {
            _values.Add(value);
            switch (value.ValueKind)
            {
                case JsonValueKind.Object:
                    foreach (var property in value.EnumerateObject())
                    {
                        Add(property.Value);
                    }

                    break;
                case JsonValueKind.Array:
                    foreach (var item in value.EnumerateArray())
                    {
                        Add(item);
                    }

                    break;
                case JsonValueKind.String:
                    _texts.Add(value.GetString()!);
                    AddInner(value.GetString()!);
                    break;
            }
        }

        private void AddInner(string text)
        {
            if (text.Length > 1 && text[0] is '{' or '[')
            {
                try
                {
                    Add(JsonWalk.Parse(text));
                }
                catch (JsonException)
                {
                    // A text that only looks like JSON.
                }
            }
        }
    }
}
