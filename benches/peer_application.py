# What gunicorn serves: the handler of krait's, under functions-framework.
import os

import functions_framework

application = functions_framework.create_app("hello", os.environ["HANDLER"])
