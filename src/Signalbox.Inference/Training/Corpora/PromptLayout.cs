using Signalbox.Inference.ChatTemplates;
using Signalbox.Inference.ChatTemplates.Jinja;
using Signalbox.Inference.Training.Vocabularies;

namespace Signalbox.Inference.Training.Corpora;

/// <summary>
/// How a conversation is written as tokens, in training and, as the file's chat template, in use: <c>&lt;|user|&gt; question&lt;|end|&gt;&lt;|assistant|&gt;answer&lt;|end|&gt;</c>.
/// What a user writes is lower-cased, its white space becomes single spaces, and a space stands before its first word, so that words are the
/// same tokens everywhere. System messages are left out; the last two exchanges before a question are kept, of their answers the first words, which
/// tell answers apart. An answer that is learned starts with the token of its topic, which has no text: answers in the history do not have it, because
/// callers never see it.
/// </summary>
internal sealed class PromptLayout
{
    public const string EndName = "<|end|>";
    public const string UserName = "<|user|>";
    public const string AssistantName = "<|assistant|>";

    /// <summary>Messages of a prompt: two exchanges and a question.</summary>
    public const int KeptTurns = 5;

    /// <summary>Words of an earlier answer.</summary>
    public const int KeptWords = 12;

    /// <summary>The layout as a template in Jinja.</summary>
    public const string ChatTemplate =
        JinjaChatTemplate.LeavesSystemOut
        + "{%- set kept = messages | rejectattr('role', 'equalto', 'system') | list -%}"
        + "{%- for message in kept[-5:] -%}"
        + "{%- if message['role'] == 'user' -%}"
        + "{{- '<|user|> ' ~ ((message['content'] or '') | lower | replace('\u2019', \"'\")).split() | join(' ') ~ '<|end|>' -}}"
        + "{%- elif message['role'] == 'assistant' -%}"
        + "{{- '<|assistant|>' ~ (message['content'] or '').split()[:12] | join(' ') ~ '<|end|>' -}}"
        + "{%- endif -%}"
        + "{%- endfor -%}"
        + "{%- if add_generation_prompt -%}{{- '<|assistant|>' -}}{%- endif -%}";

    private const string TopicPrefix = "<|topic:";
    private const string TopicSuffix = "|>";

    private readonly Dictionary<string, int> _topics = new(StringComparer.Ordinal);

    /// <param name="vocabulary">Trained with <see cref="ControlTokens"/>.</param>
    public PromptLayout(TrainedVocabulary vocabulary)
    {
        End = vocabulary.ControlStart;
        User = End + 1;
        Assistant = End + 2;
        for (var id = Assistant + 1; id < vocabulary.Tokens.Count; id++)
        {
            _topics.Add(System.Text.Encoding.UTF8.GetString(vocabulary.Tokens[id])[TopicPrefix.Length..^TopicSuffix.Length], id);
        }
    }

    /// <summary>Ends every turn, and every text.</summary>
    public int End { get; }

    public int User { get; }

    public int Assistant { get; }

    /// <summary>The control tokens in the order in which a vocabulary gets them.</summary>
    /// <param name="topics">Ids.</param>
    public static IReadOnlyList<string> ControlTokens(IEnumerable<string> topics) => [EndName, UserName, AssistantName, .. topics.Select(TopicName)];

    /// <summary>The name of a topic's token.</summary>
    public static string TopicName(string id) => TopicPrefix + id + TopicSuffix;

    /// <summary>The token of a topic.</summary>
    public int Topic(string id) => _topics[id];

    /// <summary>What the template makes of a user's text.</summary>
    public static string Question(string text)
    {
        var plain = text.ToLowerInvariant().Replace('\u2019', '\'');
        var written = new System.Text.StringBuilder(plain.Length + 1).Append(' ');
        foreach (var c in plain)
        {
            if (!PythonText.IsSpace(c))
            {
                written.Append(c);
            }
            else if (written[^1] != ' ')
            {
                written.Append(' ');
            }
        }

        return written.Length > 1 && written[^1] == ' ' ? written.ToString(0, written.Length - 1) : written.ToString();
    }

    /// <summary>An answer as it is learned: what the model is to say.</summary>
    public static string Answer(string text) => PythonText.Trim(text);

    /// <summary>What the template makes of an answer that was given before.</summary>
    public static string EarlierAnswer(string text)
    {
        var words = new List<string>(KeptWords);
        for (var end = 0; words.Count < KeptWords;)
        {
            var start = end;
            while (start < text.Length && PythonText.IsSpace(text[start]))
            {
                start++;
            }

            for (end = start; end < text.Length && !PythonText.IsSpace(text[end]); end++)
            {
            }

            if (start == end)
            {
                break;
            }

            words.Add(text[start..end]);
        }

        return string.Join(' ', words);
    }
}
