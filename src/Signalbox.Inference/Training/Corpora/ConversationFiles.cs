using System.Text;
using System.Text.Json;

namespace Signalbox.Inference.Training.Corpora;

/// <summary>Conversations, one JSON object a line: <c>{"messages": [{"role": "user", "content": "..."}, ...]}</c>. Each answer is an example of its own.</summary>
internal static class ConversationFiles
{
    /// <param name="path">Names the file in problems.</param>
    /// <param name="text">The file.</param>
    /// <param name="examples">Where examples go.</param>
    /// <param name="problems">Where problems go.</param>
    /// <param name="keepSystem">Whether a system message becomes the first turn; otherwise system messages are left out.</param>
    public static void Read(string path, string text, List<TrainingExample> examples, List<string> problems, bool keepSystem = false)
    {
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            if (line.IsWhiteSpace())
            {
                continue;
            }

            var json = new CorpusJson($"{path}:{number}", problems);
            using var document = json.Parse(Encoding.UTF8.GetBytes(line.ToString()));
            if (document is not null && json.IsObject(document.RootElement, "", "messages"))
            {
                ReadMessages(json, document.RootElement, examples, keepSystem);
            }
        }
    }

    private static void ReadMessages(CorpusJson json, JsonElement root, List<TrainingExample> examples, bool keepSystem)
    {
        var turns = new List<TrainingTurn>();
        var (answers, said) = (0, 0);
        foreach (var (element, at) in json.Items(root, "messages", "", required: true))
        {
            if (!json.IsObject(element, at, "role", "content")
                || json.Text(element, "role", at, required: true) is not { } role
                || json.Text(element, "content", at, required: true) is not { } content)
            {
                return;
            }

            if (role == "system")
            {
                if (keepSystem && turns.Count > 0)
                {
                    json.Report($"{at}.role", "a system message stands first, and alone; move its text there.");
                    return;
                }

                turns.AddRange(keepSystem ? [new TrainingTurn(TrainingRole.System, [content])] : []);
                continue;
            }

            var expected = said++ % 2 == 0 ? "user" : "assistant";
            if (role != expected)
            {
                json.Report($"{at}.role", role is "user" or "assistant"
                    ? $"must be \"{expected}\" here: the user and the assistant speak in turn, the user first."
                    : $"\"{role}\" is not known; write system, user or assistant.");
                return;
            }

            turns.Add(new TrainingTurn(role == "user" ? TrainingRole.User : TrainingRole.Assistant, [content]));
            if (role == "assistant")
            {
                examples.Add(new TrainingExample([.. turns], null));
                answers++;
            }
        }

        if (answers == 0 && turns.Count > 0)
        {
            json.Report("messages", "has no answer to learn from; add a message of the role \"assistant\".");
        }
    }
}
