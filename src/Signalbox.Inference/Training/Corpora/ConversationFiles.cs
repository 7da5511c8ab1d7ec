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
    public static void Read(string path, string text, List<TrainingExample> examples, List<string> problems)
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
                ReadMessages(json, document.RootElement, examples);
            }
        }
    }

    private static void ReadMessages(CorpusJson json, JsonElement root, List<TrainingExample> examples)
    {
        var turns = new List<TrainingTurn>();
        var answers = 0;
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
                // The prompt leaves them out.
                continue;
            }

            var expected = turns.Count % 2 == 0 ? "user" : "assistant";
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
