import EncconfCommands
print("hi")
