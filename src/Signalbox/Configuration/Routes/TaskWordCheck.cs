using Signalbox.Configuration.Fields;
using Signalbox.Routing.Profiles;

namespace Signalbox.Configuration.Routes;

/// <summary>
/// Finds tasks that were probably misspelt. A route may have words of its own, so an unknown one is only worth a warning, and only
/// where it looks like a known one.
/// </summary>
internal static class TaskWordCheck
{
    // From this many letters on two slips are still a slip.
    private const int LongWord = 8;

    public static void Check(SignalboxConfig config, ConfigReading reading)
    {
        var all = new HashSet<string>(TaskNames.All, StringComparer.Ordinal);
        foreach (var (id, route) in config.Routes)
        {
            var path = ConfigPath.Root.Field("routes").Field(id);
            foreach (var task in route.Tasks.Keys)
            {
                CheckWord(task, TaskNames.All, path.Field("tasks").Field(task), reading);
                all.Add(task);
            }

            if (route.Task is { } own)
            {
                CheckWord(own, [.. TaskNames.All, .. route.Tasks.Keys], path.Field("task"), reading);
                all.Add(own);
            }
        }

        foreach (var (id, model) in config.Models)
        {
            var path = ConfigPath.Root.Field("models").Field(id).Field("useCases");
            for (var i = 0; i < model.UseCases.Count; i++)
            {
                CheckWord(model.UseCases[i], all, path.Item(i), reading);
            }
        }
    }

    private static void CheckWord(string word, IReadOnlyCollection<string> known, ConfigPath path, ConfigReading reading)
    {
        if (!known.Contains(word) && NearestName.Find(word, known) is { } nearest && NearestName.Distance(word, nearest) <= (word.Length < LongWord ? 1 : 2))
        {
            reading.Warn(path, $"the task {Words.Quote(word)} is not one that is known; did you mean {Words.Quote(nearest)}?");
        }
    }
}
